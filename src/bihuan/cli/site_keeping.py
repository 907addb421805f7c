"""``bihuan site backup|restore|user|audit|roster``: what the keeper of a site does by hand."""

import datetime as dt
import json
import os
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from bihuan.base.wording import N_, _
from bihuan.cli.site_start import start

PASSPHRASE: Final = "BIHUAN_PASSPHRASE"  # noqa: S105  # the name of a variable
WRONG: Final = {
    "torn": N_("备份坏了（{what}），没有改动任何数据。"),
    "other": N_("备份来自另一个版本的程序，没有改动任何数据；请用当时的版本恢复，再运行 bihuan site migrate。"),
    "full": N_("这里已经有数据，没有改动；确定要换掉，加 --replace。"),
    "passphrase": N_("口令不对，或备份里没有密钥。"),
}  # fmt: skip
BROKEN: Final = {
    "changed": N_("被改过"),
    "missing": N_("缺了"),
    "inserted": N_("是插进来的"),
    "moved": N_("与导出的不同"),
    "cut": N_("从这里被截断"),
}

Home = Annotated[
    Path | None,
    typer.Option(help=N_("网站的文件夹：数据库、密钥、备份；默认 BIHUAN_HOME 或 site")),
]
WithKeys = Annotated[
    bool,
    typer.Option("--with-keys", help=N_("连同密钥，用口令（BIHUAN_PASSPHRASE）加密")),
]


def register(site: typer.Typer) -> None:
    """Add the commands to those of ``bihuan site``."""
    site.command("backup", help=N_("把整个数据库备份成一个文件"))(backup)
    site.command("restore", help=N_("从备份恢复"))(restore)
    user = typer.Typer(help=N_("账号：新建、重设密码、解锁"), no_args_is_help=True)
    user.command("make", help=N_("给一个人员建账号"))(user_make)
    user.command("reset", help=N_("重设密码并解锁"))(user_reset)
    user.command("unlock", help=N_("连错密码被锁后解锁"))(user_unlock)
    site.add_typer(user, name="user")
    audit = typer.Typer(help=N_("留痕：核对、导出"), no_args_is_help=True)
    audit.command("verify", help=N_("核对每所学校的留痕有没有被动过"))(audit_verify)
    audit.command("heads", help=N_("导出各校留痕的末端，另外保存"))(audit_heads)
    site.add_typer(audit, name="audit")
    roster = typer.Typer(help=N_("名册"), no_args_is_help=True)
    roster.command("import", help=N_("从工作簿导入名册"))(roster_import)
    site.add_typer(roster, name="roster")


def backup(
    path: Annotated[Path, typer.Argument(metavar="FILE", help=N_("写到哪个文件"))],
    home: Home = None,
    with_keys: WithKeys = False,
) -> None:
    """Back the site up while it runs."""
    start(home)
    from bihuan.web import archive
    from bihuan.web.org import clock

    rows = archive.backup(path, clock.now(), _passphrase() if with_keys else None)
    typer.echo(_("已备份 {n} 行到 {path}", n=rows, path=path))
    if not with_keys:
        typer.echo(_("密钥不在备份里，请与备份分开另存"))


def restore(
    path: Annotated[Path, typer.Argument(metavar="FILE", help=N_("备份文件"))],
    home: Home = None,
    replace: Annotated[
        bool, typer.Option("--replace", help=N_("先清空这里的数据"))
    ] = False,
    with_keys: WithKeys = False,
) -> None:
    """Restore a backup into an empty database."""
    import zipfile

    if not path.is_file():
        raise FileNotFoundError(2, "", str(path))
    start(home)
    from bihuan.web import archive

    phrase = _passphrase() if with_keys else None
    try:
        rows = archive.restore(path, replace=replace, passphrase=phrase)
    except archive.Unfit as unfit:
        raise typer.TyperException(_(WRONG[unfit.code], what=unfit.what)) from unfit
    except zipfile.BadZipFile as bad:
        torn = WRONG["torn"]
        raise typer.TyperException(_(torn, what=path.name)) from bad
    typer.echo(_("已恢复 {n} 行", n=rows))


def before_migration(home: Path, now: dt.datetime) -> Path:
    """Keep what is there before an upgrade: the SQLite file by its own backup, else a dump."""
    import sqlite3

    from django.db import connection

    folder = home / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    stem = f"before-upgrade-{now:%Y%m%d-%H%M%S}"
    if connection.vendor == "sqlite":
        kept = folder / f"{stem}.sqlite3"
        connection.ensure_connection()
        with sqlite3.connect(kept) as copy:
            connection.connection.backup(copy)
        copy.close()
        kept.chmod(0o600)
        return kept
    return _pg_dump(connection.settings_dict, folder / f"{stem}.pgdump")


def _pg_dump(told: dict[str, Any], kept: Path) -> Path:
    """Dump a PostgreSQL database that is older than the program's own tables."""
    import shutil
    import subprocess

    program = shutil.which("pg_dump")
    if program is None:
        raise typer.TyperException(
            _("升级前要备份，但找不到 pg_dump；请安装 postgresql-client。")
        )
    environment = os.environ | {"PGPASSWORD": told["PASSWORD"]}
    words = ["--format=custom", f"--file={kept}", f"--dbname={told['NAME']}"]
    for option, key in (("--host", "HOST"), ("--port", "PORT"), ("--username", "USER")):
        if told[key]:
            words.append(f"{option}={told[key]}")
    subprocess.run([program, *words], check=True, env=environment)  # noqa: S603  # a program of PostgreSQL's with our own words
    kept.chmod(0o600)
    return kept


def user_make(
    person: Annotated[int, typer.Argument(help=N_("人员的编号"))], home: Home = None
) -> None:
    """Give a person an account."""
    start(home)
    from bihuan.web.flows.accounts import make_accounts
    from bihuan.web.flows.founding import BY_COMMAND
    from bihuan.web.org import clock
    from bihuan.web.org.models import Person

    row = Person.objects.select_related("school", "unit").filter(pk=person).first()
    if row is None:
        raise typer.TyperException(_("没有编号是 {n} 的人员", n=person))
    slips = make_accounts(BY_COMMAND, row.school or row.unit, [row], clock.now())
    for slip in slips:
        typer.echo(_("登录名 {name}，初始密码 {password}", name=slip.username, password=slip.password))  # fmt: skip
    if not slips:
        typer.echo(_("已经有账号，或已离校；没有改动"))


def user_reset(
    username: Annotated[str, typer.Argument(help=N_("登录名"))], home: Home = None
) -> None:
    """Give an account a new password, and unlock it."""
    start(home)
    from bihuan.web.flows.accounts import reset_password
    from bihuan.web.flows.founding import BY_COMMAND
    from bihuan.web.org import clock

    account, unit = _account(username)
    slip = reset_password(BY_COMMAND, unit, account, clock.now())
    typer.echo(_("登录名 {name}，初始密码 {password}", name=slip.username, password=slip.password))  # fmt: skip


def user_unlock(
    username: Annotated[str, typer.Argument(help=N_("登录名"))], home: Home = None
) -> None:
    """Let an account try again."""
    start(home)
    from bihuan.web.flows.accounts import unlock
    from bihuan.web.flows.founding import BY_COMMAND
    from bihuan.web.org import clock

    account, unit = _account(username)
    unlock(BY_COMMAND, unit, account, clock.now())
    typer.echo(_("{name} 可以重新登录了", name=username))


def audit_verify(
    heads: Annotated[
        Path | None, typer.Option(help=N_("以前导出的末端文件，一并核对"))
    ] = None,
    home: Home = None,
) -> None:
    """Walk every chain; 1: somewhere it does not hold."""
    start(home)
    from bihuan.web.org import audit
    from bihuan.web.org.models import Unit

    kept = None
    if heads is not None:
        told = json.loads(heads.read_text("utf-8"))
        kept = {int(pk): (int(n), str(digest)) for pk, (n, digest) in told.items()}
    broken = list(audit.verify(kept))
    names = Unit.objects.in_bulk([place.school for place in broken])
    for place in broken:
        typer.echo(_("{school} 第 {n} 条{what}", school=names[place.school].name, n=place.number, what=_(BROKEN[place.what])))  # fmt: skip
    if broken:
        raise typer.Exit(1)
    typer.echo(_("留痕完整"))


def audit_heads(
    out: Annotated[
        Path | None, typer.Argument(metavar="FILE", help=N_("写到文件；不写则打印"))
    ] = None,
    home: Home = None,
) -> None:
    """Export the ends of the chains."""
    start(home)
    from bihuan.web.org.models import AuditHead

    rows = AuditHead.objects.order_by("pk")
    told = {str(row.pk): [row.number, row.digest] for row in rows}
    text = json.dumps(told, indent=1, sort_keys=True)
    if out is None:
        typer.echo(text)
    else:
        out.write_text(text + "\n", "utf-8")
        typer.echo(_("已写入 {path}", path=out))


def roster_import(
    path: Annotated[Path, typer.Argument(metavar="FILE", help=N_("名册工作簿"))],
    school: Annotated[str, typer.Option(help=N_("学校代码；不写则按全局导入"))] = "",
    home: Home = None,
    yes: Annotated[bool, typer.Option("--yes", help=N_("不问，直接导入"))] = False,
) -> None:
    """Look at a roster, then take it over."""
    content = path.read_bytes()
    start(home)
    from bihuan.web.flows.enrolment import preview, take_over
    from bihuan.web.flows.founding import BY_COMMAND
    from bihuan.web.org import clock
    from bihuan.web.org.models import Unit, UnitKind

    kind = UnitKind.SCHOOL if school else UnitKind.BUREAU
    rows = Unit.objects.filter(kind=kind.value, exercise=False)
    unit = (rows.filter(code=school) if school else rows).first()
    if unit is None:
        raise typer.TyperException(_("没有代码是 {code} 的学校", code=school))
    found = preview(BY_COMMAND, unit, content, path.name, clock.now())
    for problem in found.problems:
        typer.echo(problem, err=True)
    typer.echo(_("新 {new}、改 {changed}、不变 {same}、有错 {bad}", **{name: found.counts.get(name, 0) for name in ("new", "changed", "same", "bad")}))  # fmt: skip
    if yes or typer.confirm(_("导入？有错的行不导入")):
        take_over(BY_COMMAND, found, clock.now())
        typer.echo(_("已导入"))


def _account(username: str) -> tuple[Any, Any]:
    """An account and the unit in whose trail it is told."""
    from bihuan.web.org.models import Account, Unit, UnitKind

    row = Account.objects.select_related("person__school").filter(username=username)
    account = row.first()
    if account is None:
        raise typer.TyperException(_("没有登录名「{name}」", name=username))
    own = account.person.school if account.person else None
    bureau = Unit.objects.filter(kind=UnitKind.BUREAU.value, exercise=False)
    return account, own or bureau.get()


def _passphrase() -> str:
    """The passphrase of the keys: from the environment, else asked for."""
    held = os.environ.get(PASSPHRASE)
    return held or str(typer.prompt(_("口令"), hide_input=True))
