# SPDX-License-Identifier: Apache-2.0
"""Workers that are killed or stopped, a parent that is killed, results under any number of workers."""
import gzip
import io
import signal
import tarfile
import zipfile

from lib import *


def image(path):
    """Enough work for several workers: tars and zips in a tar, every one different."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w') as t:
        for i in range(10):
            inner = io.BytesIO()
            with zipfile.ZipFile(inner, 'w', zipfile.ZIP_DEFLATED) as z:
                z.writestr('etc/passwd', 'root::0:0:root:/:/bin/sh\nu%d:x:1:1::/:/bin/sh\n' % i)
                z.writestr('bin/busybox', noise(300000, i))
                for k in range(20):
                    z.writestr('etc/f%d' % k, b'server=10.0.%d.%d\n' % (i, k) * 5000)
                z.writestr('lib/x', gzip.compress(noise(900000, 100 + i) + bytes(2 << 20), mtime=0))
            m = tarfile.TarInfo('fs%d.zip' % i)
            m.size = len(inner.getvalue())
            t.addfile(m, io.BytesIO(inner.getvalue()))
    return put(path, out.getvalue())


def killer(times, pause, sig=signal.SIGKILL, then=None):
    """Send a signal to a worker that is at work, several times."""
    def meddle(p):
        sent = 0
        while p.poll() is None and sent < times:
            for w in workers(p.pid)[:1]:
                try:
                    os.kill(w, sig)
                    if then:
                        time.sleep(0.5)
                        os.kill(w, then)
                    sent += 1
                except ProcessLookupError:
                    pass
            time.sleep(pause)
        meddle.sent = sent
    meddle.sent = 0
    return meddle


def killed_workers(dir, img, whole):
    for i, (times, pause) in enumerate([(1, 0.1), (1, 0.3), (3, 0.2), (5, 0.1), (8, 0.05)]):
        out = '%s/k%d.json' % (dir, i)
        m = killer(times, pause)
        what = '%d workers killed' % times
        scan(what, img, '-q', '-j', '2', '--json', out, meddle=m)
        check(what + ': one was hit', m.sent > 0)
        got = load(out)
        same = got == whole
        noted = 'analyser failed' in json.dumps(got)
        check(what + ': same result or a note', same or noted)
        print('%s: %d hit, %s' % (what, m.sent, 'same' if same else 'noted'), flush=True)


def stopped_worker(dir, img, whole):
    out = dir + '/s.json'
    scan('worker stopped', img, '-q', '-j', '2', '--json', out,
         meddle=killer(2, 0.1, signal.SIGSTOP, signal.SIGCONT))
    check('worker stopped: same result', load(out) == whole)


def hopeless(dir, img):
    """Every worker is killed as soon as it is there: the scan still ends and says so."""
    out = dir + '/h.json'
    r = scan('all workers killed', img, '-q', '-j', '2', '--json', out, rc=(3,),
             meddle=killer(10**6, 0.001))
    if check('all workers killed: JSON', os.path.exists(out), r):
        check('all workers killed: note', 'analyser failed' in json.dumps(load(out)))


def killed_parent(dir, img):
    for sig in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
        seen = []

        def meddle(p):
            while p.poll() is None and len(family(p.pid)) < 4:
                time.sleep(0.01)
            time.sleep(0.1)
            seen.extend(family(p.pid)[1:])
            p.send_signal(sig)
        case = dir + '/c.postern'
        r = Run('scan', img, '-q', '-j', '2', '-o', case, meddle=meddle)
        check('parent killed: workers were there', len(seen) >= 2, seen, r)
        check('parent killed: gone', r.rc == -sig, r)
        for _ in range(40):
            left = [p for p in seen if os.path.exists('/proc/%d' % p) and parent(p) and
                    open('/proc/%d/stat' % p).read().rsplit(')', 1)[1].split()[0] != 'Z']
            if not left:
                break
            time.sleep(0.05)
        check('parent killed by %d: nobody is left' % sig, not left, left)
        check('parent killed: no case in place', not os.path.exists(case))


def killed_zygote(dir, img):
    def meddle(p):
        while p.poll() is None and len(family(p.pid)) < 3:
            time.sleep(0.01)
        for child in family(p.pid)[1:]:
            if parent(child) == p.pid:
                os.kill(child, signal.SIGKILL)
    out = dir + '/z.json'
    r = Run('scan', img, '-q', '-j', '2', '--json', out, meddle=meddle)
    check('zygote killed: says that it failed', r.rc == 2 and 'worker' in r.err, r)
    check('zygote killed: no JSON', not os.path.exists(out))


with work() as d:
    img = image(d + '/img.tar')
    scan('undisturbed', img, '-q', '-j', '2', '--json', d + '/whole.json')
    whole = load(d + '/whole.json')
    killed_workers(d, img, whole)
    stopped_worker(d, img, whole)
    hopeless(d, img)
    killed_parent(d, img)
    killed_zygote(d, img)
finish()
