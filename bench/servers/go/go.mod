module netfd-bench

go 1.19
