"""Write ``docs/rules.md``: ``python -m harness.preflight.formats.rules_page [--check]``.

With ``--check`` nothing is written; the exit status is 1 if the page is not current.
"""

import sys
from itertools import groupby
from pathlib import Path

from harness.preflight.registry import Rule
from harness.preflight.rules import all_rules

PAGE = Path("docs/rules.md")
_MODULE = "harness.preflight.formats.rules_page"
_INTRODUCTION = """\
# Preflight rules

<!-- Generated from the rules by `python -m {module}`. -->

{count} rules, {online} of which query the target (and are skipped offline). A *blocker*
stops a run before Terraform starts: the deployment would fail, requests would certainly not arrive,
or destroy would fail or leave resources behind. A *warning* does not.

Each rule belongs to one family: *deploy* (does the deployment succeed?), *work* (do requests
arrive?) or *teardown* (does destroy remove everything, and can the next run use the same names?).
The teardown rules apply to the harness's own runs (unless `--long-lived`), and to another
configuration with `--disposable`. How configurations are read: [preflight](preflight.md).

To accept a finding in your project, suppress it with a reason in `pyproject.toml`:

```toml
[[tool.catalog-harness.preflight.suppress]]
rule = "s3/bucket-without-force-destroy"
address = "aws_s3_bucket.archive"
reason = "the archive outlives the environment on purpose"
```
"""


def rules_page() -> str:
    """Return the page in Markdown."""
    rules = all_rules()
    online = sum(rule.online for rule in rules)
    parts = [_INTRODUCTION.format(module=_MODULE, count=len(rules), online=online)]
    for service, group in groupby(rules, key=lambda rule: rule.service):
        parts.append(f"## {service}\n")
        parts += [_section(rule) for rule in group]
    return "\n".join(parts)


def main(arguments: list[str]) -> int:
    """Write the page, or check that it is current, and return the exit status."""
    current = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if current == rules_page():
        return 0
    if "--check" in arguments:
        print(f"{PAGE} is not current: run python -m {_MODULE}", file=sys.stderr)
        return 1
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(rules_page(), encoding="utf-8")
    return 0


def _section(rule: Rule) -> str:
    facts = [rule.severity, rule.family, *(["queries the target"] if rule.online else [])]
    types = ", ".join(f"`{kind}`" for kind in rule.resource_types)
    lines = [
        f"### {rule.id}\n",
        f"{rule.summary} *({', '.join(facts)})*\n",
        *([f"- Resource types: {types}"] if types else []),
        *(f"- Error: `{_one_line(text)}`" for text in rule.errors),
        *([f"- Fact from: {rule.table}"] if rule.table else []),
        f"- Fix: {rule.remedy}",
        f"- See <{rule.documentation}>\n",
    ]
    return "\n".join(lines)


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("`", "'").replace("{{", "{").replace("}}", "}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
