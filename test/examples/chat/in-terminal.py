"""Runs a program in a terminal of its own, and passes on what is typed and what is shown.

    python3 in-terminal.py COLUMNS PROGRAM ARGUMENTS...

Its exit code is that of the program.
"""
import fcntl, os, pty, select, struct, sys, termios

columns = int(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 24, columns, 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])

typing = True
while True:
    ready, _, _ = select.select([terminal] + ([0] if typing else []), [], [])
    if 0 in ready:
        keys = os.read(0, 65536)
        typing = keys != b''
        os.write(terminal, keys)
    if terminal in ready:
        try:
            shown = os.read(terminal, 65536)
        except OSError:  # the program has closed it
            break
        if not shown:
            break
        os.write(1, shown)
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
