#!/usr/bin/env python3
"""From a fresh clone to an answer in one command, with nothing but Python 3.11 or newer.

    python3 tools/go.py compare    technologies over the shipped cluster: a table, and figures under out/
    python3 tools/go.py test       style, types, layers, tests, published cases: the same as continuous integration
    python3 tools/go.py lock       write requirements/ anew from pyproject.toml (needs uv; add --upgrade for newer versions)

The first run makes `.venv` in the checkout from the hash-pinned lists in requirements/; later runs find it as it should be and start
at once. The closing line of `test` counts the tests and adds one for each of the other checks.
`PHOTONICS_VENV` names another folder for the environment.

Standard library only. The syntax is kept old on purpose: an old Python must get as far as saying that it is too old.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OLDEST = (3, 11)
SLOW_STEP_S = 30.0  # after this long a silent step says that it is still at work

# What a colleague would type, once the environment is active.
COMPARE = ["photonics", "compare", "pod-1024", "--figure", "out/comparison.svg", "--figure", "out/comparison.png"]
CASES = "tests/data"


def venv_folder():
    return os.path.abspath(os.path.join(ROOT, os.environ.get("PHOTONICS_VENV") or ".venv"))


def in_venv(name):
    """A program of the environment; Windows keeps them elsewhere and gives them an ending."""
    if os.name == "nt":
        return os.path.join(venv_folder(), "Scripts", name + ".exe")
    return os.path.join(venv_folder(), "bin", name)


def clean_environment():
    """The caller's environment without what would leak another Python's packages into ours, or other options into pip."""
    keep = dict(os.environ)
    for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "PIP_TARGET", "PIP_PREFIX", "MPLBACKEND"):
        keep.pop(name, None)
    keep["PIP_USER"] = "0"
    keep["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    keep["PATH"] = os.path.dirname(in_venv("python")) + os.pathsep + keep.get("PATH", os.defpath)
    return keep


def say(text):
    print(text)
    sys.stdout.flush()


def fail(text):
    sys.stderr.write(text.rstrip() + "\n")
    sys.exit(1)


# --- the environment ---------------------------------------------------------------------------------------------------


def step(label, command):
    """Run one quiet step: a line with its seconds; what it printed only if it failed."""
    started = time.monotonic()
    process = subprocess.Popen(
        command, cwd=ROOT, env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
    )
    while True:
        try:
            output, _ = process.communicate(timeout=SLOW_STEP_S)
            break
        except subprocess.TimeoutExpired:
            say("  ... %s: %.0f s so far" % (label, time.monotonic() - started))
        except KeyboardInterrupt:
            process.kill()
            raise
    say("  %-34s %6.1f s" % (label, time.monotonic() - started))
    if process.returncode != 0:
        hint = ""
        if "ensurepip" in output:
            hint = "\nThis Python comes without ensurepip; on Debian and Ubuntu the package python3-venv has it.\n"
        fail("%s failed with exit code %d:\n%s%s" % (label, process.returncode, output, hint))


def key_of(kind):
    """What the environment depends on: the lock, the project's metadata, this Python, and where the checkout lies."""
    seen = hashlib.sha256()
    for name in ("requirements/%s.txt" % kind, "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as file:
            seen.update(file.read())
    seen.update(repr((sys.version_info[:3], sys.platform, ROOT, venv_folder())).encode())
    return seen.hexdigest()


def stamp_path(kind):
    return os.path.join(venv_folder(), "photonics-%s.stamp" % kind)


def is_ready(kind):
    """True when the stamp of this set-up is there and current. The list `test` contains the list `run`."""
    for name in {"run": ("run", "test"), "test": ("test",)}[kind]:
        try:
            with open(stamp_path(name)) as file:
                if file.read().strip() == key_of(name) and os.path.exists(in_venv("python")):
                    return True
        except OSError:
            pass
    return False


def python_of_venv():
    """(major, minor) of the Python in the folder, or None where it does not start."""
    try:
        text = subprocess.check_output(
            [in_venv("python"), "-c", "import sys; print('%d %d' % sys.version_info[:2])"], stderr=subprocess.DEVNULL
        )
        return tuple(int(part) for part in text.split())
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None


def set_up(kind):
    """Bring `.venv` to what the list of this kind says; does nothing when it is there already."""
    if is_ready(kind):
        return
    folder = venv_folder()
    ours = os.path.join(folder, "photonics.stamp")  # marks a folder that this tool made and may remake
    say("setting up %s (Python %d.%d.%d)" % ((os.path.relpath(folder, ROOT),) + sys.version_info[:3]))
    if os.path.isdir(folder) and os.listdir(folder) and python_of_venv() != sys.version_info[:2]:
        if not os.path.exists(ours):
            fail(
                "%s exists, does not hold Python %d.%d and was not made by this tool.\n"
                "Move it away, or name another folder in PHOTONICS_VENV." % ((folder,) + sys.version_info[:2])
            )
        shutil.rmtree(folder)
    if python_of_venv() is None:
        os.makedirs(folder, exist_ok=True)
        with open(ours, "w") as file:
            file.write("made by tools/go.py\n")
        step("environment", [sys.executable, "-m", "venv", folder])
    for name in ("run", "test"):
        if os.path.exists(stamp_path(name)):
            os.remove(stamp_path(name))
    pip = [in_venv("python"), "-m", "pip", "install", "--quiet", "--no-input", "--no-compile"]
    step("packages of requirements/%s.txt" % kind, pip + ["--require-hashes", "-r", "requirements/%s.txt" % kind])
    step("this project", pip + ["--no-deps", "--no-build-isolation", "-e", "."])
    with open(stamp_path(kind), "w") as file:
        file.write(key_of(kind) + "\n")


# --- the verbs ---------------------------------------------------------------------------------------------------------


def compare():
    set_up("run")
    os.makedirs(os.path.join(ROOT, "out"), exist_ok=True)
    say("$ " + " ".join(COMPARE))
    return subprocess.call([in_venv(COMPARE[0])] + COMPARE[1:], cwd=ROOT, env=clean_environment())


def checks():
    """(heading, command) of each check, in order."""
    folder = os.path.join(ROOT, CASES.replace("/", os.sep))
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    cases = [CASES + "/" + name for name in names if name.endswith(".json")]
    python = in_venv("python")
    return [
        ("ruff", [python, "-m", "ruff", "check", "--quiet", "."]),
        ("mypy", [python, "-m", "mypy", "--no-error-summary"]),
        ("import-linter", [in_venv("lint-imports"), "--no-logo"]),
        ("pytest", [python, "-m", "pytest", "-q", "--numprocesses", "auto", "--maxprocesses", "4"]),
        ("published cases", [in_venv("photonics"), "validate"] + cases),
    ]


def stream(command):
    """Run a command, show what it prints as it comes; (exit code, last line that is not blank)."""
    process = subprocess.Popen(
        command, cwd=ROOT, env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
    )
    last = ""
    for line in process.stdout:
        sys.stdout.write(line)
        sys.stdout.flush()
        last = line.strip() or last
    return process.wait(), last


def counts_of(line):
    """(passed, failed, skipped) in pytest's closing line; errors count as failed."""
    found = dict((word.rstrip("s"), int(number)) for number, word in re.findall(r"(\d+) ([a-z]+)", line))
    return found.get("passed", 0), found.get("failed", 0) + found.get("error", 0), found.get("skipped", 0)


def test():
    set_up("test")
    passed = failed = skipped = 0
    table = []
    for heading, command in checks():
        say("\n== %s" % heading)
        started = time.monotonic()
        code, last = stream(command)
        seconds = time.monotonic() - started
        if heading == "pytest":
            passed_here, failed_here, skipped = counts_of(last)
            if code != 0 and failed_here == 0:
                failed_here = 1  # it ended before it could count
            passed += passed_here
            failed += failed_here
        elif code == 0:
            passed += 1
        else:
            failed += 1
        verdict = "ok" if code == 0 else "FAILED (exit code %d)" % code
        say("-- %s: %s, %.1f s" % (heading, verdict, seconds))
        table.append((heading, verdict, seconds))
    say("")
    for heading, verdict, seconds in table:
        say("  %-16s %7.1f s   %s" % (heading, seconds, verdict))
    say("%d passed, %d failed%s" % (passed, failed, ", %d skipped" % skipped if skipped else ""))
    return 1 if failed or any(verdict != "ok" for _, verdict, _ in table) else 0


def lock(*options):
    """Both lists, for every Python and system at once through markers; without a host, an index or a path in them."""
    uv = shutil.which("uv")
    if uv is None:
        fail("lock needs the program uv, which is in no list here: pip install uv")
    compile_ = [uv, "pip", "compile", "pyproject.toml", "--quiet", "--universal", "--python-version", "3.11"]
    compile_ += ["--generate-hashes", "--no-emit-index-url", "--custom-compile-command", "python tools/go.py lock"]
    for name, more in (("run", ["--group", "build"]), ("test", ["--group", "test", "--constraint", "requirements/run.txt"])):
        command = compile_ + list(options) + more + ["--output-file", "requirements/%s.txt" % name]
        if subprocess.call(command, cwd=ROOT) != 0:
            return 1
    return 0


def main():
    if sys.version_info < OLDEST:
        fail(
            "This needs Python %d.%d or newer; %s is %s.\nStart it with a newer one, for example: python3.12 tools/go.py %s"
            % (OLDEST + (sys.executable, sys.version.split()[0], " ".join(sys.argv[1:]) or "compare"))
        )
    verbs = {"compare": compare, "test": test, "lock": lock}
    verb, options = (sys.argv[1:2] or [""])[0], sys.argv[2:]
    if verb not in verbs or (options and (verb, options) != ("lock", ["--upgrade"])):
        sys.stderr.write(__doc__)
        sys.exit(0 if verb in ("-h", "--help") else 2)
    try:
        return verbs[verb](*options)
    except KeyboardInterrupt:
        fail("interrupted")


if __name__ == "__main__":
    sys.exit(main())
