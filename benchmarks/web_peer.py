"""The peer of `bench web`: FastAPI and asyncpg on the site's own tables, and nothing else.

It does what an entry of the site has to do, statement for statement, by hand: the token
and what it reaches, the class locked, the same entry or one that stands, who is enrolled,
open absences, the plan in force, the check, its exceptions, the line of the chain. It has
no screening, no alarms, no languages, no pages.

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
WHO = """select t.id, t.deeds, u.path from org_token t join org_unit u on u.id = t.unit_id
 where t.digest = $1 and t.until > now()"""
UNIT = "select path, school_id, kind from org_unit where id = $1"
LOCK = "select id from org_unit where id = $1 for update"
SAME = """select id, entry from checks_classcheck
 where entry = $1 or (unit_id = $2 and day = $3 and slot = $4 and state = 'sent')"""
ROSTER = """select id from org_person where unit_id = $1 and role = 'student'
 and (left_on is null or left_on > $2) and (joined_on is null or joined_on <= $2)"""
ABSENT = """select id from absences_absence where unit_id = $1
 and state not in ('returned', 'leave', 'excluded')"""
PLAN = """select p.id, p.digest from org_planversion p join org_unit u on u.id = p.unit_id
 where u.path = any($1) and p.state = 'in_force'"""
INSERT = """insert into checks_classcheck (entry, unit_id, school_id, day, at, state, late,
 note, acting, slot, expected, present, sick, leave, tardy, unknown, unwell, unmeasured, mode,
 replaces_id)
 values ($1, $2, $3, $4, now(), 'sent', false, '', false, $5, $6, $6, 0, 0, 0, 0, $7, 0,
 'exceptions', $8)
 returning id"""
REPLACE = "update checks_classcheck set state = 'replaced' where id = $1"
EXCEPTION = """insert into checks_checkexception (check_id, person_id, kind, symptoms,
 celsius, course, syndromes) select $1, p, k, '[]', c, 'normal', '[]'
 from unnest($2::bigint[], $3::text[], $4::numeric[]) as t(p, k, c)"""
HEAD = "select number, digest from org_audithead where school_id = $1 for update"
NEW_HEAD = """insert into org_audithead (school_id, number, digest) values ($1, 0, '')
 on conflict do nothing"""
LINE = """insert into org_auditline (school_id, number, at, account, role, acting, via, deed,
 subject, body, previous, digest) values ($1, $2, $3, $4, 'class_teacher', false, 'api',
 'check', $5, $6, $7, $8)"""
MOVE = "update org_audithead set number = $2, digest = $3 where school_id = $1"


@app.post("/api/v1/units/{unit}/checks")  # type: ignore[untyped-decorator,unused-ignore]  # the peer has an environment of its own
async def enter(
    unit: int, body: Check, authorization: str = Header()
) -> dict[str, Any]:
    secret = hashlib.sha256(authorization.removeprefix("Bearer ").encode()).hexdigest()
    async with app.state.pool.acquire() as held:
        token = await held.fetchrow(WHO, secret)
        place = await held.fetchrow(UNIT, unit)
        if token is None:
            raise HTTPException(401)
        if place is None or not place["path"].startswith(token["path"]):
            raise HTTPException(404)
        async with held.transaction():
            return await save(held, unit, place, token, body)


async def save(
    held: Any, unit: int, place: Any, token: Any, body: Check
) -> dict[str, Any]:
    await held.fetchrow(LOCK, unit)
    rows = await held.fetch(SAME, body.entry, unit, body.day, body.slot)
    if any(row["entry"] == body.entry for row in rows):
        return {"saved": True, "again": True}
    roster = {row["id"] for row in await held.fetch(ROSTER, unit, body.day)}
    if not {ill.person for ill in body.exceptions} <= roster:
        raise HTTPException(409)
    await held.fetch(ABSENT, unit)
    path = place["path"]
    await held.fetch(PLAN, [path[:end] for end in (8, 16, 24) if end <= len(path)])
    if rows:
        await held.execute(REPLACE, rows[0]["id"])
    check = await held.fetchval(
        INSERT, body.entry, unit, place["school_id"], body.day, body.slot,
        len(roster), len(body.exceptions), rows[0]["id"] if rows else None,
    )  # fmt: skip
    if body.exceptions:
        await held.execute(
            EXCEPTION, check, [ill.person for ill in body.exceptions],
            [ill.kind for ill in body.exceptions],
            [ill.celsius for ill in body.exceptions],
        )  # fmt: skip
    await chain(held, place["school_id"], token["id"], check, len(roster))
    return {"saved": True, "again": False, "check": check}


async def chain(held: Any, school: int, token: int, check: int, expected: int) -> None:
    head = await held.fetchrow(HEAD, school)
    if head is None:
        await held.execute(NEW_HEAD, school)
        head = await held.fetchrow(HEAD, school)
    at = dt.datetime.now(dt.UTC)
    told = json.dumps({"expected": expected, "slot": "morning"})
    text = json.dumps([school, head["number"] + 1, at.isoformat(), check, told])
    digest = hashlib.sha256((head["digest"] + text).encode()).hexdigest()
    await held.execute(
        LINE, school, head["number"] + 1, at, -token, f"checks.ClassCheck:{check}",
        told, head["digest"], digest,
    )  # fmt: skip
    await held.execute(MOVE, school, head["number"] + 1, digest)
