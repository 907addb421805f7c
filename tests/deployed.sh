# What tests/test_deploy.py looks at after blocks of docs/guide/deploy.md; run there, as root in /srv.
# after: bihuan-site init
never() { if "$@"; then echo "should have failed: $*"; exit 1; fi; } # set -e does not see what ! turns
test "$(stat -c '%a %U' /var/lib/bihuan/keys.json)" = "600 bihuan"
test "$(stat -c '%a %G' /etc/bihuan/environment)" = "640 bihuan"
PGPASSWORD=$PASSWORD psql --no-align --tuples-only --host=127.0.0.1 --username=bihuan bihuan \
    --command="SELECT count(*) FROM org_account" | grep -x 1
site="curl --silent --show-error --cacert /srv/ca/ca.crt --resolve bihuan.example:443:127.0.0.1 --resolve bihuan.example:80:127.0.0.1"
# a new password, since the first was printed where a person reads it
password=$(LC_ALL=C.UTF-8 bihuan-site user reset admin | grep -oE '[[:alnum:]-]+$' | head -n 1)
test -n "$password"
cat > /srv/enter.py <<'END'
"""Log in over https as a browser does; says where one lands."""
import re, ssl, sys, httpx
context = ssl.create_default_context(cafile="/srv/ca/ca.crt")
with httpx.Client(base_url="https://bihuan.example", verify=context, follow_redirects=True) as client:
    page = client.get("/login/")
    cookie = page.headers["set-cookie"]
    assert "Secure" in cookie and "max-age" in page.headers["strict-transport-security"], page.headers
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
    form = {"username": "admin", "password": sys.argv[1], "csrfmiddlewaretoken": token}
    landed = client.post("/login/", data=form, headers={"Referer": "https://bihuan.example/login/", "Origin": "https://bihuan.example"})
    print(landed.status_code, landed.url.path)
    assert landed.status_code == 200 and landed.url.path != "/login/", landed.text[-2000:]
END
# after: systemctl enable --now bihuan
$site --write-out '%{http_code} %{ssl_verify_result}\n' --output /dev/null https://bihuan.example/login/ | grep -x "200 0"
$site --write-out '%{http_code} %{redirect_url}\n' --output /dev/null http://bihuan.example/login/ | grep -x "301 https://bihuan.example/login/"
never curl --silent --output /dev/null --resolve bihuan.example:443:127.0.0.1 https://bihuan.example/login/ # unknown to a machine without ca.crt
curl --silent --output /dev/null --write-out '%{http_code}\n' --header "Host: evil.example" http://127.0.0.1:8000/login/ | grep -x 400
echo "127.0.0.1 bihuan.example" >> /etc/hosts
/srv/bihuan/.venv/bin/python /srv/enter.py "$password"
test "$(systemctl show --property=User --value bihuan)" = bihuan
never grep -E '(0\.0\.0\.0|\[::\]|\*):8000' <(ss -ltn) # only nginx is reached from outside
systemctl kill --signal=KILL bihuan # all its processes: it comes back by itself
sleep 3
$site --fail --retry 120 --retry-delay 1 --retry-all-errors --output /dev/null https://bihuan.example/login/
# after: systemctl start bihuan-backup.service
systemctl list-timers --all | grep bihuan-backup.timer
test "$(systemctl show --property=Result --value bihuan-backup.service)" = success
test "$(stat -c '%a %U' /var/backups/bihuan/*.zip)" = "600 bihuan"
# after: bihuan-site audit verify --heads
# the second database, backed up, has every table as the first backup has it
ENVIRONMENT=/etc/bihuan/trial bihuan-site backup /var/lib/bihuan-trial/again.zip
tables() { unzip -p "$1" manifest.json | /srv/bihuan/.venv/bin/python -c 'import json, sys; t = json.load(sys.stdin)["tables"]; assert len(t) > 20; print(json.dumps(t, sort_keys=True, indent=0))'; }
cmp <(tables /var/backups/bihuan/*.zip) <(tables /var/lib/bihuan-trial/again.zip)
# after: bihuan-site migrate
test "$(ls /var/lib/bihuan/backups/*.pgdump | wc -l)" = 1
runuser -u postgres -- psql --no-align --tuples-only bihuan --command="SELECT count(*) FROM upgraded" | grep -x 0
$site --fail --retry 120 --retry-delay 1 --retry-all-errors --output /dev/null https://bihuan.example/login/
/srv/bihuan/.venv/bin/python /srv/enter.py "$password"
readlink -f /srv/bihuan | grep -x /srv/bihuan-0.2.0
# after: pg_restore
$site --fail --retry 120 --retry-delay 1 --retry-all-errors --output /dev/null https://bihuan.example/login/
never runuser -u postgres -- psql bihuan --command="SELECT 1 FROM upgraded"
/srv/bihuan/.venv/bin/python /srv/enter.py "$password"
bihuan-site audit verify
