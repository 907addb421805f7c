"""``bihuan site``: the site's first day, its running, its keeping.

Everything a bureau may set comes from the environment (docs/guide/deploy.md); the
options here say where the site lives and how it is reached.
"""

import os
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from bihuan.base.wording import N_, _
from bihuan.cli import site_keeping as keeping
from bihuan.cli.site_start import MARK, start

DEMO_HOME: Final = Path("out/site")
EXAMPLE: Final = Path("examples/xinmi")

Home = Annotated[
    Path | None,
    typer.Option(help=N_("网站的文件夹：数据库、密钥、备份；默认 BIHUAN_HOME 或 site")),
]
Port = Annotated[int, typer.Option(min=1, max=65535, help=N_("端口"))]
Host = Annotated[str, typer.Option(help=N_("监听的地址；0.0.0.0 让别的机器也能打开"))]
Workers = Annotated[
    int, typer.Option(min=0, help=N_("几个服务进程；0：有几个核用几个"))
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    site = typer.Typer(help=N_("网站：安装、运行、备份"), no_args_is_help=True)
    site.command("demo", help=N_("做一个示例区县的网站，并打开它"))(demo)
    site.command("serve", help=N_("运行网站和后台进程"))(serve)
    site.command("init", help=N_("第一次：建数据库、密钥、单位和第一位管理员"))(init)
    site.command("migrate", help=N_("升级数据库，先做一份备份"))(migrate)
    site.command("work", help=N_("只运行后台进程：定时检查、通知、任务"))(work)
    keeping.register(site)
    app.add_typer(site, name="site")


def demo(
    home: Annotated[
        Path, typer.Option(help=N_("演示站的文件夹，每次重做"))
    ] = DEMO_HOME,
    port: Port = 8000,
    host: Host = "127.0.0.1",
    workers: Workers = 0,
    once: Annotated[
        bool, typer.Option("--once", help=N_("做好就退出，不打开网站"))
    ] = False,
) -> None:
    """Make the demo's site and serve it."""
    if not EXAMPLE.is_dir():
        raise typer.TyperException(
            _("没有示例区县 {folder}；请在项目文件夹里运行。", folder=EXAMPLE)
        )
    if not once:
        _claim(host, port)
    _fresh(home)
    os.environ.pop("BIHUAN_DATABASE", None)
    start(home)
    _make_demo(home)
    if not once:
        _serve(host, port, workers)


def serve(
    home: Home = None,
    port: Port = 8000,
    host: Host = "127.0.0.1",
    workers: Workers = 0,
) -> None:
    """Serve the site until Ctrl-C."""
    _claim(host, port)
    start(home)
    _refuse_if_behind()
    from bihuan.web.assets import collect

    collect()
    _serve(host, port, workers)


def init(
    bureau: Annotated[str, typer.Option(help=N_("教育局的名称"), prompt=True)],
    admin: Annotated[str, typer.Option(help=N_("第一位管理员的登录名"))] = "admin",
    home: Home = None,
) -> None:
    """Make the database, the keys, the bureau and its first administrator."""
    start(home)
    from django.conf import settings
    from django.core.management import call_command

    from bihuan.web.flows.accounts import PASSWORD_LETTERS
    from bihuan.web.flows.founding import Founded, first_administrator, found
    from bihuan.web.org import clock
    from bihuan.web.org.codes import fresh_code

    call_command("migrate", verbosity=0)
    try:
        unit = found(bureau, clock.now())
    except Founded as already:
        raise typer.TyperException(_("这里已经有一个网站了，没有改动。")) from already
    password = fresh_code(PASSWORD_LETTERS)
    first_administrator(unit, admin, password, clock.now())
    typer.echo(_("网站建好了：{home}", home=settings.HOME))
    typer.echo(_("登录名 {admin}，初始密码 {password}，第一次登录要改", admin=admin, password=password))  # fmt: skip
    typer.echo(_("密钥在 {path}，请另存一份：没有它，备份里的电话和证件号读不出来", path=settings.HOME / "keys.json"))  # fmt: skip


def migrate(home: Home = None) -> None:
    """Bring the database up to the program, after a backup of what is there."""
    start(home)
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from bihuan.web.org import clock

    kept = None
    if "org_unit" in connection.introspection.table_names() and _behind():
        kept = keeping.before_migration(settings.HOME, clock.now())
    call_command("migrate", verbosity=0)
    typer.echo(_("数据库已是最新"))
    if kept:
        typer.echo(_("升级前的备份：{path}", path=kept))


def work(home: Home = None) -> None:
    """Do the site's background work until a signal asks to end."""
    start(home)
    from bihuan.web.worker import work as carry_out

    carry_out()


def _fresh(home: Path) -> None:
    """Empty a demo's folder; a folder that is not a demo's is left alone."""
    import shutil

    if home.exists() and any(home.iterdir()) and not (home / MARK).exists():
        raise typer.TyperException(
            _("{home} 里有别的东西，不是演示站；请另给一个 --home。", home=home)
        )
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(mode=0o700, parents=True)
    (home / MARK).touch()


def _make_demo(home: Path) -> None:
    """Build the demo's database and its files, saying what is being made."""
    from django.core.management import call_command

    from bihuan.plan.read import read
    from bihuan.web import demo as made
    from bihuan.web.assets import collect

    made.set_clock(home / "clock")
    console = Console(stderr=True)
    with console.status(_("演示站：数据库")) as status:

        def tell(what: str) -> None:
            status.update(_("演示站：{what}", what=_(what)))

        call_command("migrate", verbosity=0)
        plan = read(EXAMPLE).plan
        if plan is None:
            raise typer.TyperException(_("读不懂 {folder}", folder=EXAMPLE))
        made.make(plan, EXAMPLE / "plan.xlsx", tell)
        tell(N_("网页文件"))
        collect()
    console.print(_("演示站做好了：{home}", home=home))


def _behind() -> bool:
    """Whether the database is older than the program."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _refuse_if_behind() -> None:
    """A database that is older than the program is brought up first, with a backup."""
    if _behind():
        raise typer.TyperException(
            _(
                "数据库还没有建好或比程序旧：先运行 bihuan site init 或 bihuan site migrate。"
            )
        )


def _claim(host: str, port: int) -> None:
    from bihuan.web.running import Address, PortTaken, claim

    try:
        claim(Address(host, port))
    except PortTaken as taken:
        raise typer.TyperException(
            _(
                "{host}:{port} 用不了：{why}。可能已有一个网站在运行；用 --port 换一个端口。",
                host=host,
                port=port,
                why=taken.strerror,
            )
        ) from taken


def _serve(host: str, port: int, workers: int) -> None:
    from bihuan.web.running import Address, Ended, run

    address = Address(host, port)
    console = Console(highlight=False)

    def ready() -> None:
        console.print(_("网站已打开：{address}（Ctrl-C 停止）", address=address))

    try:
        run(address, workers or os.cpu_count() or 1, os.environ, ready)
    except Ended as ended:
        names = {"web": _("服务进程"), "work": _("后台进程")}
        raise typer.TyperException(
            _(
                "{name}自己停了，网站已全部停下；原因见上面的输出。",
                name=names[str(ended)],
            )
        ) from ended
    console.print(_("网站已停止，数据完好。"))
