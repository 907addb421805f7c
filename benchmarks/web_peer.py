"""The peer of `bench web`: FastAPI and asyncpg on the site's own tables, and nothing else.

It does the statements of an entry of the site one for one, by hand: the token and what it
reaches, the class and its school, the school's chain held, the same entry or the one that
stands, then pupils, open absences and plans in force, the check, its exceptions, the line
of the chain with its digest. It has no screening, no alarms, no languages, no pages.

`uvicorn web_peer:app --workers 2` with BIHUAN_DATABASE set.
"""

import datetime as dt
import hashlib
import json
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel, Field


class Ill(BaseModel):
    person: int
    kind: str
    symptoms: list[str] = []
    celsius: float | None = None


class Check(BaseModel):
    entry: uuid.UUID
    slot: str
    day: dt.date
    expected: Annotated[int, Field(ge=0, le=500)]
    exceptions: list[Ill] = []
    back: list[int] = []


@asynccontextmanager
async def pool(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(
        os.environ["BIHUAN_DATABASE"], min_size=4, max_size=4
    ) as made:
        app.state.pool = made
        yield


app = FastAPI(lifespan=pool)
WHO = """select t.id, t.name, t.deeds, t.unit_id, u.path, u.exercise, u.school_id, s.path as top
 from org_token t join org_unit u on u.id = t.unit_id left join org_unit s on s.id = u.school_id
 where t.digest = $1 and t.until > $2"""
UNIT = """select u.id as klass, u.path as below, u.school_id as school, s.path as top, u.*, s.*
 from org_unit u left join org_unit s on s.id = u.school_id where u.id = $1"""
HEAD = "select number, digest from org_audithead where school_id = $1 for update"
NEW_HEAD = """insert into org_audithead (school_id, number, digest) values ($1, 0, '')
 on conflict do nothing"""
SAME = """select * from checks_classcheck
 where entry = $1 or (unit_id = $2 and day = $3 and slot = $4 and state = 'sent')"""
PLAN = """select 'plan', p.id, p.digest from org_planversion p join org_unit u on u.id = p.unit_id
 where u.path = {place} and p.state = 'in_force'"""
AROUND = f"""select 'pupil', id, '' from org_person where unit_id = $1 and role = 'student'
 and (left_on is null or left_on > $2) and (joined_on is null or joined_on <= $2)
 union all select 'open', id, '' from absences_absence where unit_id = $1
 and state not in ('returned', 'leave', 'excluded', 'replaced')
 union all {PLAN.format(place="$3")} union all {PLAN.format(place="$4")}
 union all {PLAN.format(place="$5")}"""  # noqa: S608  # our own words
INSERT = """insert into checks_classcheck (entry, unit_id, school_id, day, at, made_at, by_id,
 state, late, due, done_at, note, acting, slot, expected, present, sick, leave, tardy, unknown,
 unwell, unmeasured, mode, replaces_id)
 values ($1, $2, $3, $4, $5, null, null, 'sent', false, null, null, '', false, $6, $7, $7, 0, 0,
 0, 0, $8, 0, 'exceptions', $9)
 returning id"""
REPLACE = "update checks_classcheck set state = 'replaced' where id = $1"
EXCEPTION = """insert into checks_checkexception (check_id, person_id, kind, symptoms,
 celsius, course, syndromes) select $1, p, k, '[]', c, 'normal', '[]'
 from unnest($2::bigint[], $3::text[], $4::numeric[]) as t(p, k, c)"""
LINE = """with changed as (update org_audithead set number = $2, digest = $8 where school_id = $1)
 insert into org_auditline (school_id, number, at, account, role, acting, via, deed,
 subject, body, previous, digest) values ($1, $2, $3, $4, 'class_teacher', false, 'api',
 'check', $5, $6, $7, $8) returning id"""


@app.post("/api/v1/units/{unit}/checks")  # type: ignore[untyped-decorator,unused-ignore]  # the peer has an environment of its own
async def enter(
    unit: int, body: Check, authorization: str = Header()
) -> dict[str, Any]:
    secret = hashlib.sha256(authorization.removeprefix("Bearer ").encode()).hexdigest()
    now = dt.datetime.now(dt.UTC)
    async with app.state.pool.acquire() as held:
        token = await held.fetchrow(WHO, secret, now)
        place = await held.fetchrow(UNIT, unit)
        if token is None or "check.enter" not in json.loads(token["deeds"]):
            raise HTTPException(401)
        if place is None or not place["below"].startswith(token["path"]):
            raise HTTPException(404)
        async with held.transaction():
            return await save(held, place, token, body, now)


async def save(
    held: Any, place: Any, token: Any, body: Check, now: dt.datetime
) -> dict[str, Any]:
    unit, school, path = place["klass"], place["school"], place["top"]
    head = await chain(held, school)
    rows = await held.fetch(SAME, body.entry, unit, body.day, body.slot)
    if any(row["entry"] == body.entry for row in rows):
        return {"saved": True, "again": True}
    above = [path[:end] if end <= len(path) else "" for end in (8, 16, 24)]
    around = await held.fetch(AROUND, unit, body.day, *above)
    roster = {number for what, number, _text in around if what == "pupil"}
    if not {ill.person for ill in body.exceptions} <= roster:
        raise HTTPException(409)
    if rows:
        await held.execute(REPLACE, rows[0]["id"])
    replaces = rows[0]["id"] if rows else None
    check = await held.fetchval(
        INSERT, body.entry, unit, school, body.day, now, body.slot,
        len(roster), len(body.exceptions), replaces,
    )  # fmt: skip
    if body.exceptions:
        await held.execute(
            EXCEPTION, check, [ill.person for ill in body.exceptions],
            [ill.kind for ill in body.exceptions],
            [ill.celsius for ill in body.exceptions],
        )  # fmt: skip
    told = {
        "slot": body.slot, "expected": len(roster), "present": len(roster),
        "late": False, "replaces": replaces,
    }  # fmt: skip
    await line(held, head, school, token["id"], check, told, now)
    return {"saved": True, "again": False, "check": check}


async def chain(held: Any, school: int) -> Any:
    head = await held.fetchrow(HEAD, school)
    if head is None:
        await held.execute(NEW_HEAD, school)
        head = await held.fetchrow(HEAD, school)
    return head


async def line(  # noqa: PLR0917  # by hand
    held: Any, head: Any, school: int, token: int, check: int, told: Any,
    at: dt.datetime,
) -> None:  # fmt: skip
    subject = f"checks.ClassCheck:{check}"
    whole = {
        "school": school, "number": head["number"] + 1,
        "at": at.isoformat(timespec="microseconds"), "account": -token, "person": None,
        "role": "class_teacher", "acting": False, "via": "api", "deed": "check",
        "subject": subject, "body": told,
    }  # fmt: skip
    text = json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256((head["digest"] + text).encode()).hexdigest()
    await held.fetchval(
        LINE, school, head["number"] + 1, at, -token, subject,
        json.dumps(told), head["digest"], digest,
    )  # fmt: skip
