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

DEMO_HOME: Final = Path("out/site")
EXAMPLE: Final = Path("examples/xinmi")
MARK: Final = "demo"
"""File that says that a folder is a demo's, and may be made anew."""

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
    site.command("work", help=N_("只运行后台进程：定时检查、通知、任务"))(work)
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


def work(home: Home = None) -> None:
    """Do the site's background work until a signal asks to end."""
    start(home)
    from bihuan.web.worker import work as carry_out

    carry_out()


def start(home: Path | None) -> None:
    """Get Django ready for the site in a folder."""
    if home is not None:
        os.environ["BIHUAN_HOME"] = str(home.resolve())
    folder = Path(os.environ.get("BIHUAN_HOME", "site"))
    if (folder / MARK).exists():
        os.environ |= {"BIHUAN_DEMO": "1", "BIHUAN_CLOCK_FILE": str(folder / "clock")}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.web.settings")
    import django

    django.setup()


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


def _refuse_if_behind() -> None:
    """A database that is older than the program is brought up first, with a backup."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
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
