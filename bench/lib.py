# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks share: alternating runs, medians, the memory of a process tree, an image to measure on."""
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
POSTERN = pathlib.Path(os.environ.get("POSTERN", ROOT / "build/postern"))


def run(command, **more):
    return subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, **more)


def seconds(command, before=None):
    if before:
        before()
    start = time.perf_counter()
    run(command)
    return time.perf_counter() - start


def alternate(rounds, **commands):
    """Run each command once per round, in turn; returns name -> list of seconds. A command is a list or
    a pair (list, function to call before)."""
    times = {name: [] for name in commands}
    for _ in range(rounds):
        for name, c in commands.items():
            command, before = c if isinstance(c, tuple) else (c, None)
            times[name].append(seconds(command, before))
    return times


def medians(times):
    return {name: statistics.median(t) for name, t in times.items()}


def children_of(pid):
    found, todo = [pid], [pid]
    while todo:
        try:
            with open(f"/proc/{todo[0]}/task/{todo[0]}/children", encoding="ascii") as f:
                kids = [int(k) for k in f.read().split()]
        except OSError:
            kids = []
        found += kids
        todo = todo[1:] + kids
    return found


def pss(pid):
    """Proportional set size in bytes: pages shared by several processes are counted once in all."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
            return sum(int(line.split()[1]) for line in f if line.startswith("Pss:")) * 1024
    except OSError:
        return 0


def private(pid):
    """Bytes that the process shares with nobody, pages of mapped files left out."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
            return sum(int(line.split()[1]) for line in f if line.startswith("Anonymous:")) * 1024
    except OSError:
        return 0


def peak_memory(command):
    """Peak of the memory of the program and everything it starts, sampled, in bytes."""
    p = subprocess.Popen([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
    peak = 0
    while p.poll() is None:
        peak = max(peak, sum(pss(c) for c in children_of(p.pid)))
        time.sleep(0.002)
    return peak


def tree(folder, wanted):
    """A file tree of about `wanted` bytes made of this machine's own programs and texts."""
    folder = pathlib.Path(folder)
    total, n = 0, 0
    for source in ("/usr/bin", "/usr/lib/x86_64-linux-gnu", "/usr/share/perl", "/etc", "/usr/include"):
        for base, dirs, files in os.walk(source):
            dirs.sort()
            for name in sorted(files):
                path = pathlib.Path(base) / name
                if path.is_symlink() or not path.is_file() or not os.access(path, os.R_OK):
                    continue
                size = path.stat().st_size
                if size > 3_000_000 or total + size > wanted:
                    continue
                target = folder / str(path).lstrip("/")
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
                total += size
                n += 1
            if total > wanted * 0.99:
                return total, n
    return total, n


def need(*programs):
    missing = [p for p in programs if not shutil.which(p)]
    if missing:
        sys.exit(f"needs {', '.join(missing)}: scripts/deps test bench")
    if not POSTERN.exists():
        sys.exit("build first: scripts/build")
