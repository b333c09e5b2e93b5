# SPDX-License-Identifier: Apache-2.0
"""What the tests of the whole program share: run postern, watch its memory, judge how it ended."""
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

POSTERN = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else 'build/postern'
ENV = {**os.environ, 'LC_ALL': 'C', 'NO_COLOR': '1'}
failed = []


def check(what, ok, *details):
    if not ok:
        failed.append(what)
        print('FAILED', what, *[str(d)[:600] for d in details], flush=True)
    return ok


def finish():
    print('%d failed' % len(failed) if failed else 'all passed')
    sys.exit(1 if failed else 0)


def have(*tools):
    return all(shutil.which(t) for t in tools)


def family(pid):
    """The process and all below it."""
    below = {}
    for name in os.listdir('/proc'):
        if not name.isdigit():
            continue
        try:
            with open('/proc/%s/stat' % name) as f:
                words = f.read().rsplit(')', 1)[1].split()
        except OSError:
            continue
        if words[0] != 'Z':
            below.setdefault(int(words[1]), []).append(int(name))
    out, todo = [], [pid]
    while todo:
        p = todo.pop()
        out.append(p)
        todo += below.get(p, [])
    return out


def workers(pid):
    """Workers are the children of the zygote, which is the child of the parent."""
    return [p for p in family(pid)[1:] if parent(p) != pid]


def parent(pid):
    try:
        with open('/proc/%d/stat' % pid) as f:
            return int(f.read().rsplit(')', 1)[1].split()[1])
    except OSError:
        return 0


def memory(pid):
    """Bytes of a family of processes: shared pages are counted once (Pss)."""
    total = 0
    for p in family(pid):
        try:
            with open('/proc/%d/smaps_rollup' % p) as f:
                for line in f:
                    if line.startswith('Pss:'):
                        total += int(line.split()[1]) << 10
        except OSError:
            pass
    return total


class Run:
    """One call of postern: its exit status, what it said, seconds and peak memory."""

    def __init__(self, *args, limit=60, watch=False, env=None, cwd=None, meddle=None, stdout=None,
                 stdin=None, preexec=None):
        self.peak = 0
        out = tempfile.TemporaryFile() if stdout is None else stdout
        err = tempfile.TemporaryFile()
        started = time.monotonic()
        p = subprocess.Popen([POSTERN, *map(str, args)], stdout=out, stderr=err,
                             stdin=stdin or subprocess.DEVNULL, env={**ENV, **(env or {})}, cwd=cwd,
                             preexec_fn=preexec)
        helper = threading.Thread(target=meddle, args=(p,)) if meddle else None
        if helper:
            helper.start()
        self.hung = False
        while p.poll() is None:
            if time.monotonic() - started > limit:
                self.hung = True
                p.kill()
                p.wait()
                break
            if watch:
                self.peak = max(self.peak, memory(p.pid))
            time.sleep(0.05 if watch else 0.01)
        if helper:
            helper.join()
        self.seconds = time.monotonic() - started
        self.rc = p.returncode
        self.out = self.err = ''
        if stdout is None:
            out.seek(0)
            self.out = out.read().decode('utf-8', 'backslashreplace')
        err.seek(0)
        self.err = err.read().decode('utf-8', 'backslashreplace')

    def __repr__(self):
        return 'rc=%s %.1fs %d MB out=%r err=%r' % (self.rc, self.seconds, self.peak >> 20,
                                                    self.out[-300:], self.err[-300:])


def scan(what, *args, rc=(0, 3), **more):
    """Scan; it must end in time, in good order and with one of these exit states."""
    r = Run('scan', *args, **more)
    check(what + ': ends', not r.hung, r)
    check(what + ': exit status', r.rc in rc, r)
    check(what + ': no crash', 'Sanitizer' not in r.err and 'Assertion' not in r.err, r)
    return r


def notes(case):
    with sqlite3.connect('file:%s?mode=ro' % case, uri=True) as db:
        return [row[0] for row in db.execute('SELECT what FROM note ORDER BY rowid')]


def rows(case, sql, *values):
    with sqlite3.connect('file:%s?mode=ro' % case, uri=True) as db:
        db.text_factory = lambda b: b.decode('utf-8', 'backslashreplace')
        return db.execute(sql, values).fetchall()


def load(path):
    with open(path, encoding='utf-8') as f:
        return json.load(f)


def put(path, data, mode='wb'):
    os.makedirs(os.path.dirname(path) or '.', exist_ok=True)
    with open(path, mode) as f:
        f.write(data)
    return path


def noise(n, seed=1):
    """The same bytes that do not compress, every time."""
    import random
    return random.Random(seed).randbytes(n)


def router(top):
    """A small file tree of a router."""
    put(top + '/etc/passwd', b'root:x:0:0:root:/root:/bin/sh\nadmin::500:500::/:/bin/sh\n')
    put(top + '/etc/shadow', b'root:$1$abc$BXBqpb9BZcZhXLgbee.0s/:10000:0:99999:7:::\n')
    put(top + '/etc/inittab', b'::sysinit:/etc/init.d/rcS\n::respawn:/usr/sbin/telnetd -l /bin/sh\n')
    put(top + '/etc/init.d/rcS', b'#!/bin/sh\n/usr/sbin/httpd -p 80 &\nwget http://update.example.net/fw.bin\n')
    put(top + '/usr/sbin/telnetd', b'\x7fELF\1\2\1' + b'\0' * 9 + noise(3000, 2))
    put(top + '/usr/sbin/httpd', noise(70000, 3))
    put(top + '/www/index.html', b'<html>' + b'hello ' * 4000 + b'</html>\n')
    put(top + '/bin/busybox', noise(300000, 4))
    os.makedirs(top + '/sbin', exist_ok=True)
    for link, to in (('bin/sh', 'busybox'), ('sbin/init', '/bin/busybox'), ('etc/resolv.conf', '../tmp/resolv.conf')):
        if not os.path.lexists(top + '/' + link):
            os.symlink(to, top + '/' + link)
    return top


def work():
    """A folder for the test that is gone afterwards."""
    return tempfile.TemporaryDirectory(prefix='postern-nasty-')
