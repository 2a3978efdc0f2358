module netfd.test/peer

go 1.19
