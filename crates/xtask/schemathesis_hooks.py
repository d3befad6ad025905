"""What no schema can say: a stretch of time ends after it begins, and has no more buckets than an answer holds; and a cursor
is only what a list has given out, so none is made up."""

from datetime import datetime, timedelta

import schemathesis

LONGEST = timedelta(hours=6)
SHORTEST = timedelta(minutes=1)


@schemathesis.hook
def before_call(context, case, kwargs):
    query = case.query
    if query:
        query.pop("cursor", None)
    if not query or "from" not in query or "until" not in query:
        return
    try:
        moments = [datetime.fromisoformat(query[name].replace("Z", "+00:00")) for name in ("from", "until")]
        begin = min(moments)
        end = begin + min(max(max(moments) - begin, SHORTEST), LONGEST)
    except (AttributeError, OverflowError, TypeError, ValueError):
        # Made up to be wrong, and to be refused.
        return
    query["from"], query["until"] = begin.isoformat(), end.isoformat()
