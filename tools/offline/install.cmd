@echo off
rem Installs Bihuan @version@ beside this file, without a network.
chcp 65001 >nul
setlocal
cd /d "%~dp0"
if errorlevel 1 (
    echo 请先拷到本机的硬盘上，再运行。
    echo Copy this folder to a disk of this PC first.
    set "CODE=1"
    goto end
)
set PYTHONUTF8=1
set PIP_CONFIG_FILE=nul

set "RUN="
py -@python@ -c "import venv" >nul 2>nul && set "RUN=py -@python@"
if not defined RUN python -c "import sys, venv; sys.exit('%%d.%%d' %% sys.version_info[:2] != '@python@')" >nul 2>nul && set "RUN=python"
if not defined RUN (
    echo 需要 Python @python@，64 位。请先安装，再运行本文件。
    echo Needs Python @python@, 64 bit. Install it, then run this file again.
    set "CODE=1"
    goto end
)
%RUN% -c "import struct, sys; sys.exit(struct.calcsize('P') != 8)"
if errorlevel 1 (
    echo 这个 Python 是 32 位的，需要 64 位。
    echo This Python is 32 bit, 64 bit is needed.
    set "CODE=1"
    goto end
)
if not exist "%SystemRoot%\System32\msvcp140.dll" (
    echo 缺 Microsoft Visual C++ 运行库 x64，推演和排班要用；请另外安装。
    echo The Microsoft Visual C++ runtime x64 is missing; rehearsal and staggering need it.
)

if exist .venv rmdir /s /q .venv
%RUN% -m venv .venv
if errorlevel 1 goto failed
echo 正在安装 @count@ 个包，约几分钟，请勿关闭窗口。
echo Installing @count@ packages, some minutes; leave this window open.
.venv\Scripts\python -m pip --isolated --disable-pip-version-check --quiet install --no-index --find-links wheels --only-binary :all: --require-hashes -r requirements.txt
if errorlevel 1 goto failed

.venv\Scripts\bihuan doctor
echo.
echo 装好了。看示例区县的网站：在本文件夹里运行 .venv\Scripts\bihuan site demo
echo 再用浏览器打开 http://127.0.0.1:8000/ ，说明见 README.txt。
echo Installed. The example district's site: .venv\Scripts\bihuan site demo in this folder,
echo then open http://127.0.0.1:8000/ in a browser. See README.txt.
set "CODE=0"
goto end

:failed
if exist .venv rmdir /s /q .venv
echo 没有装成，原因见上面；没有留下半成品。
echo Not installed, the reason stands above; nothing half-made is left.
set "CODE=1"

:end
if not "%~1"=="/q" pause
exit /b %CODE%
