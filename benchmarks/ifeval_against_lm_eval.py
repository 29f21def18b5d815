"""IFEval strict checks against lm-eval's: python benchmarks/ifeval_against_lm_eval.py.

The published responses of nine models, one process for each side, one after the other, in one run.
"""

from __future__ import annotations

from types_against_official import side


def main() -> None:
    """Run the three sides."""
    theirs = side("lm_eval_checkers.py")
    print(f"lm-eval: {theirs['per_second']:9.0f} checks/s ({theirs['items']} checks, {theirs['made']} hold)")
    for registry in ("upstream", "fixed"):
        ours = side("crabtk_checkers.py", registry)
        ratio = ours["per_second"] / theirs["per_second"]
        print(f"crabtk {registry}: {ours['per_second']:9.0f} checks/s, {ratio:.1f} times ({ours['made']} hold)")


if __name__ == "__main__":
    main()
