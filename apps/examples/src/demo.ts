console.log('netfd')
