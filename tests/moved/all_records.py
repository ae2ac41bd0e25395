GearsBuilder('KeysReader').run()
