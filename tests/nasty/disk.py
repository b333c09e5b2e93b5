# SPDX-License-Identifier: Apache-2.0
"""Full disks, files that cannot be read, pipes, devices without end, inputs that change."""
import io
import resource
import signal
import subprocess
import tarfile

from lib import *


def small_disk(dir, size):
    """A tiny file system of memory; None where we may not mount."""
    os.makedirs(dir, exist_ok=True)
    ok = os.getuid() == 0 and subprocess.run(
        ['mount', '-t', 'tmpfs', '-o', 'size=%d' % size, 'none', dir],
        stderr=subprocess.DEVNULL).returncode == 0
    return dir if ok else None


def limited():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40000, 40000))


def refuses(what, r, *words):
    check(what + ': exit status 2', r.rc == 2 and not r.hung, r)
    check(what + ': one clear message', 'postern: ' in r.err and all(w in r.err for w in words), r)


def full(dir, img, where, what, preexec=None):
    r = Run('scan', img, '-q', '-o', where + '/x.postern', preexec=preexec)
    refuses(what + ' -o', r, 'x.postern')
    check(what + ' -o: nothing left', not os.listdir(where), os.listdir(where))
    r = Run('scan', img, '-q', '--json', where + '/x.json', preexec=preexec)
    refuses(what + ' --json', r, 'x.json')
    check(what + ' --json: nothing left', not os.listdir(where), os.listdir(where))
    r = Run('scan', img, '-q', '--extract', where + '/x', preexec=preexec)
    refuses(what + ' --extract', r, 'cannot write')
    short = [f for f in files(where) if os.path.getsize(f) != os.path.getsize(
        dir + '/top/' + f.split('/x/', 1)[1].split('/', 1)[1].replace('.d', ''))]
    check(what + ' --extract: no half a file', not short, short)


def files(top):
    return [os.path.join(a, f) for a, _, names in os.walk(top) for f in names
            if not os.path.islink(os.path.join(a, f))]


def full_disks(dir, img):
    tiny = small_disk(dir + '/tiny', 8 << 10)
    if tiny:
        try:
            full(dir, img, tiny, 'full disk')
        finally:
            subprocess.run(['umount', '-l', tiny], check=True)
    where = dir + '/limit'
    os.makedirs(where)
    # memory files of the image fall under this limit too: whatever fails, it must be said
    r = Run('scan', img, '-q', '-o', where + '/x.postern', preexec=limited)
    refuses('file size limit', r)
    check('file size limit: nothing left', not os.listdir(where), os.listdir(where))
    with open('/dev/full', 'wb') as sink:
        refuses('report to /dev/full', Run('scan', img, stdout=sink))
        refuses('JSON to /dev/full', Run('scan', img, '--json', '-', stdout=sink))
    refuses('JSON file /dev/full', Run('scan', img, '-q', '--json', '/dev/full'), '/dev/full')
    case = dir + '/ok.postern'
    scan('case', img, '-q', '-o', case)
    with open('/dev/full', 'wb') as sink:
        refuses('query to /dev/full', Run('query', case, 'SELECT path FROM artifact', stdout=sink))
        refuses('formats to /dev/full', Run('formats', stdout=sink))
        refuses('show to /dev/full', Run('show', img, 'etc/passwd', stdout=sink))
    refuses('no such folder', Run('scan', img, '-q', '-o', dir + '/no/x.postern'), 'x.postern')
    refuses('no such folder', Run('scan', img, '-q', '--json', dir + '/no/x.json'), 'x.json')
    refuses('no such folder', Run('scan', img, '-q', '--extract', dir + '/no/x'), '/no/x')


def old_results_stay(dir, img):
    """What is not a case is not replaced; a good older result stays when the new one fails."""
    mine = put(dir + '/thesis.txt', b'years of work')
    refuses('-o on a foreign file', Run('scan', img, '-q', '-o', mine), 'not a case')
    check('foreign file: untouched', open(mine, 'rb').read() == b'years of work')
    with sqlite3.connect(dir + '/other.db') as db:
        db.execute('CREATE TABLE t(x)')
    before = open(dir + '/other.db', 'rb').read()
    refuses('-o on a foreign database', Run('scan', img, '-q', '-o', dir + '/other.db'), 'not a case')
    check('foreign database: untouched', open(dir + '/other.db', 'rb').read() == before)
    os.makedirs(dir + '/folder', exist_ok=True)
    refuses('-o on a folder', Run('scan', img, '-q', '-o', dir + '/folder'), 'folder')
    case = dir + '/again.postern'
    scan('first', img, '-q', '-o', case)
    before = open(case, 'rb').read()
    refuses('second fails', Run('scan', dir + '/missing', '-q', '-o', case), 'missing')
    check('older case stays', open(case, 'rb').read() == before)
    scan('second', img, '-q', '-o', case)


def inputs(dir, img):
    r = Run('scan', dir + '/missing')
    refuses('missing file', r, 'missing')
    refuses('folder', Run('scan', dir), 'folder')
    scan('empty file', put(dir + '/empty', b''), '-q', '--json', dir + '/e.json')
    check('empty file: an artifact', len(load(dir + '/e.json')['artifacts']) == 1)
    r = Run('scan', img, dir + '/missing', '-q', '--json', dir + '/two.json')
    refuses('one of two is missing', r, 'missing')
    if os.getuid() != 0:
        os.chmod(put(dir + '/secret', b'x'), 0)
        refuses('unreadable', Run('scan', dir + '/secret'), 'secret')
    os.mkfifo(dir + '/fifo')
    scan('pipe without a writer', dir + '/fifo', '-q', limit=20)
    feed = subprocess.Popen(['cat', img], stdout=subprocess.PIPE)
    scan('image through a pipe', '/dev/stdin', '-q', '--json', dir + '/p.json', stdin=feed.stdout)
    feed.wait()
    check('image through a pipe: all of it',
          load(dir + '/p.json')['sources'][0]['size'] == os.path.getsize(img))
    r = Run('scan', '/dev/zero', '-q', watch=True)
    refuses('device without end', r, '/dev/zero', 'larger')
    check('device without end: memory', r.peak < 800 << 20, r)
    refuses('/proc file that fails', Run('scan', '/proc/self/mem', '-q'), '/proc/self/mem')


def changing(dir):
    """A file that grows or changes while it is read: results about what was read, and a warning."""
    path = put(dir + '/changing', noise(64 << 20))
    stop = []

    def meddle(p):
        with open(path, 'r+b') as f:
            while p.poll() is None:
                f.seek(0, 2)
                f.write(b'more')
                f.seek(1000)
                f.write(os.urandom(8))
                f.flush()
                time.sleep(0.001)
    r = scan('changing file', path, '-o', dir + '/ch.postern', rc=(0, 3), meddle=meddle)
    check('changing file: warned', 'changed while it was read' in r.err, r)
    check('changing file: noted', any('changed while' in n for n in notes(dir + '/ch.postern')))
    check('changing file: incomplete', r.rc == 3, r)
    os.unlink(path)
    path = put(dir + '/shrinking', noise(64 << 20))

    def shrink(p):
        time.sleep(0.02)
        os.truncate(path, 1000)
    scan('shrinking file', path, '-q', meddle=shrink)


with work() as d:
    router(d + '/top')
    with tarfile.open(d + '/img.tar', 'w') as t:
        t.add(d + '/top', arcname='.')
    full_disks(d, d + '/img.tar')
    old_results_stay(d, d + '/img.tar')
    inputs(d, d + '/img.tar')
    changing(d)
finish()
