package main

// abandon frees what a session holds that came to no end, because of a panic:
// the target must not stay locked for as long as a schedule lives.
func (n *session) abandon() {
	if n.over {
		return
	}
	n.over = true
	defer n.free()
	_ = n.disconnect() // something worse has happened
	n.quit()
}
