# SPDX-License-Identifier: Apache-2.0
"""The same bytes of JSON whatever the number of workers, the time zone, the language or the folder."""
import io
import struct
import subprocess
import tarfile
import zipfile
import zlib

from lib import *


def trx(parts):
    """TRX: magic, length, CRC-32, flags and version, three offsets."""
    body, offsets = b'', []
    for p in parts:
        offsets.append(28 + len(body))
        body += p + bytes(-len(p) % 4)
    offsets += [0] * (3 - len(offsets))
    rest = struct.pack('<I3I', 1 << 16, *offsets) + body
    crc = zlib.crc32(rest) ^ 0xffffffff
    return struct.pack('<4sII', b'HDR0', 12 + len(rest), crc) + rest


def images(dir):
    top = router(dir + '/top')
    for i in range(200):
        put(top + '/www/p%d.html' % i, b'<a href="http://host%d.example.net/">' % i + noise(3000, i))
    with tarfile.open(dir + '/tree.tar.xz', 'w:xz', preset=0) as t:
        t.add(top, arcname='.')
    made = [dir + '/tree.tar.xz']
    root = open(made[0], 'rb').read()
    if have('mksquashfs'):
        subprocess.run(['mksquashfs', top, dir + '/sq', '-quiet', '-no-progress', '-comp', 'xz'],
                       check=True, stdout=subprocess.DEVNULL)
        root = open(dir + '/sq', 'rb').read()
    made.append(put(dir + '/router.trx', trx([noise(40000), root]) + b'\xff' * 5000))
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as z:
        for name in list(made):
            i = zipfile.ZipInfo(os.path.basename(name), (2001, 7, 1, 12, 34, 56))
            z.writestr(i, open(name, 'rb').read())
        z.writestr(zipfile.ZipInfo('b\xfcro/caf\xe9.txt', (1999, 12, 31, 23, 59, 58)), b'root::0:0:::\n')
    made.append(put(dir + '/nested.zip', out.getvalue()))
    if have('7z'):
        put(dir + '/\u00fcml\u00e4ut', b'user=admin\npassword=admin\n')
        subprocess.run(['7z', 'a', '-mx=1', dir + '/names.7z', dir + '/\u00fcml\u00e4ut'], check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, 'LC_ALL': 'C.UTF-8'})
        made.append(dir + '/names.7z')
    return made


def json_of(dir, what, args, **more):
    out = dir + '/out.json'
    scan(what, *args, '-q', '--json', out, **more)
    with open(out, 'rb') as f:
        return f.read()


def same(dir, what, args):
    first = json_of(dir, what, [*args, '-j', '1'])
    check(what + ': holds something', len(first) > 1000, len(first))
    for jobs in ('2', '8', '2'):
        check('%s: -j %s' % (what, jobs), json_of(dir, what, [*args, '-j', jobs]) == first)
    places = {'TZ': ['America/New_York', 'Asia/Tokyo', 'XYZ-13:45'],
              'LC_ALL': ['C', 'C.UTF-8', 'POSIX', 'tr_TR.UTF-8'], 'LANG': ['de_DE.ISO-8859-1']}
    for name, values in places.items():
        for v in values:
            env = {name: v, **({'LC_ALL': ''} if name == 'LANG' else {})}
            check('%s: %s=%s' % (what, name, v), json_of(dir, what, args, env=env) == first)
    return first


with work() as d:
    made = images(d)
    for image in made:
        same(d, os.path.basename(image), [image])
    same(d, 'two images', made[:2])
    same(d, 'one image twice', [made[2], made[2]])
    both = json.loads(json_of(d, 'all', made))
    check('all images are sources', [s['name'] for s in both['sources']] ==
          [os.path.basename(m) for m in made])
    times = [a.get('mtime') for a in json.loads(json_of(d, 'times', [d + '/nested.zip']))['artifacts']]
    check('DOS time is read as UTC', 993990896 in times, [t for t in times if t][:5])
finish()
