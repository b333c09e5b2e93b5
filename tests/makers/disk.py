# SPDX-License-Identifier: Apache-2.0
"""ext2/3/4, FAT, ISO 9660 and partition tables: images of the real makers."""
import os
import tempfile

from tree import *

EXT = {
    'ext2 1K': ['-t', 'ext2', '-b', '1024'],
    'ext2 4K': ['-t', 'ext2', '-b', '4096'],
    'ext2 old': ['-t', 'ext2', '-r', '0', '-b', '1024'],
    'ext3': ['-t', 'ext3', '-b', '1024', '-I', '128'],
    'ext4': ['-t', 'ext4', '-b', '4096'],
    'ext4 1K 64bit meta_bg': ['-t', 'ext4', '-b', '1024', '-O', '64bit,meta_bg,^resize_inode'],
    'ext4 inline': ['-t', 'ext4', '-b', '4096', '-O', 'inline_data', '-I', '512'],
    'ext4 plain maps': ['-t', 'ext4', '-b', '2048', '-O', '^extent,^flex_bg,^64bit'],
    'ext4 no checksums': ['-t', 'ext4', '-O', '^metadata_csum,uninit_bg'],
}


def ext(work, top):
    if not have('mke2fs'):
        return
    image = work + '/ext'
    for name, options in EXT.items():
        if os.path.exists(image):
            os.unlink(image)
        run('mke2fs', '-q', '-F', *options, '-d', top, image, '16M')
        o = expect(name, 'ext', image, top, owner=(str(os.getuid()), str(os.getgid())),
                   xattrs='-r' not in options,
                   size=16 << 20)
        check(name, o.bid == 90, o.bid)
    with open(image, 'ab') as f:
        f.write(content(4, 100000))
    expect('ext4 with something behind it', 'ext', image, top, size=16 << 20)
    os.unlink(image)
    run('mke2fs', '-q', '-F', '-t', 'ext4', '-b', '1024', '-d', top, image, '2M')
    torture('ext', 'ext', image, 7919, 60)


def ext_sparse(work):
    """Holes, and a file that needs all levels of indirect blocks."""
    top, image = work + '/sparse', work + '/ext'
    os.mkdir(top)
    with open(top + '/sparse', 'wb') as f:
        for at in (0, 20000, 300000, 900000, 70000000):
            f.seek(at)
            f.write(content(at, 5000))
    for kind in 'ext2', 'ext4':
        os.unlink(image)
        run('mke2fs', '-q', '-F', '-t', kind, '-b', '1024', '-d', top, image, '2M')
        expect(kind + ' sparse', 'ext', image, top, times=False)


def fat(work, top):
    if not have('mkfs.vfat') or not have('mcopy'):
        return
    image = work + '/fat'
    for bits, size, sectors in ((12, 2, 1), (16, 20, 1), (32, 40, 1), (16, 40, 4)):
        if os.path.exists(image):
            os.unlink(image)
        run('mkfs.vfat', '-C', '-F', str(bits), '-s', str(sectors), image, str(size * 1024))
        run('mcopy', '-s', '-m', '-i', image, *[top + '/' + n for n in sorted(os.listdir(top))],
            '::')
        run('mcopy', '-i', image, top + '/etc/passwd', '::/SHORT.TXT')
        run('mcopy', '-i', image, top + '/etc/passwd', '::/gone.txt')
        run('mdel', '-i', image, '::/gone.txt')
        run('mdel', '-i', image, '::/SHORT.TXT')
        what = 'fat%d, %d sectors a cluster' % (bits, sectors)
        expect(what, 'fat', image, top, modes=False, times=False, links=False, size=size << 20)
    run('mkfs.vfat', '-C', '-F', '12', work + '/small', '512')
    run('mcopy', '-s', '-m', '-i', work + '/small', top + '/many', '::')
    torture('fat', 'fat', work + '/small', 1009, 200)


def iso(work, top, plain):
    if not have('genisoimage'):
        return
    image = work + '/iso'
    run('genisoimage', '-quiet', '-R', '-o', image, top)
    expect('iso Rock Ridge', 'iso9660', image, top, owner=(str(os.getuid()), str(os.getgid())),
           size=os.path.getsize(image), links=False)
    run('genisoimage', '-quiet', '-r', '-J', '-D', '-o', image, plain)
    expect('iso both', 'iso9660', image, plain, modes=False, size=os.path.getsize(image),
           links=False)
    run('genisoimage', '-quiet', '-J', '-joliet-long', '-o', image, plain + '/many')
    expect('iso Joliet', 'iso9660', image, plain + '/many', modes=False, links=False)
    run('genisoimage', '-quiet', '-iso-level', '1', '-o', image, plain + '/etc')
    o = Opened('iso9660', image)
    check('iso plain', 'PASSWD' in o.members, list(o.members))
    run('genisoimage', '-quiet', '-R', '-no-pad', '-o', image, plain + '/many')
    torture('iso', 'iso9660', image, 1009, 200)


with tempfile.TemporaryDirectory() as work:
    top = work + '/top'
    make_tree(top)
    ext(work, top)
    ext_sparse(work)
    plain = work + '/plain'
    make_tree(plain, links=False)
    fat(work, plain)
    os.makedirs(top + '/a/b/c/d/e/f/g/h/i/j')
    iso(work, top, plain)
garbage(['ext', 'fat', 'iso9660'])
finish()
