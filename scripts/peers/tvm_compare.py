"""Asks an installed Apache TVM whether printed text means the same as the original.

Reads JSON lines {"id", "original", "printed", "consts"?} on standard input, writes JSON lines
{"id", "original": accepted?, "self_equal", "printed": accepted?, "equal", "error"?}.
One process may die on a program: the caller starts another and goes on.
"""
import contextlib
import io
import json
import signal
import sys
import warnings

warnings.simplefilter("ignore")


def main():
    import tvm_ffi
    from tvm.script.parser.core import entry

    try:
        from tvm.ir import structural_equal
    except ImportError:
        structural_equal = tvm_ffi.structural_equal
    base = entry._default_globals()

    def alarm(*_):
        raise TimeoutError("time limit")

    signal.signal(signal.SIGALRM, alarm)

    def message(err):
        lines = [line for line in str(err).strip().split("\n") if line.strip()]
        return (lines or [type(err).__name__])[-1][:300]

    def parse(text, extra):
        noise = io.StringIO()
        with contextlib.redirect_stderr(noise), contextlib.redirect_stdout(noise):
            try:
                return entry.parse(text, {**base, **extra}, check_well_formed=False)
            except TimeoutError:
                raise
            except BaseException as err:
                said = [line for line in noise.getvalue().split("\n") if "error" in line.lower()]
                raise ValueError((said or [message(err)])[0].strip()[:300]) from None

    def same(a, b):
        try:
            return bool(structural_equal(a, b, True))
        except Exception:  # a mismatch may be raised by some versions
            return False

    for line in sys.stdin:
        row = json.loads(line)
        out = {"id": row["id"], "original": False}
        extra = {k: tuple(v) if isinstance(v, list) else v for k, v in row.get("consts", {}).items()}
        signal.alarm(30)
        try:
            first = parse(row["original"], extra)
            out["original"] = True
            out["self_equal"] = same(first, parse(row["original"], extra))
            out["printed"] = False
            second = parse(row["printed"], {})
            out["printed"] = True
            out["equal"] = same(first, second)
        except TimeoutError:
            out["error"] = "time limit"
        except ValueError as err:
            out["error"] = str(err)
        finally:
            signal.alarm(0)
        sys.stdout.write(json.dumps(out) + "\n")
        sys.stdout.flush()


main()
