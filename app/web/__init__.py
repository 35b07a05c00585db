"""The page: what people see in a browser, in nynorsk. A client of `/v1` that happens to run in the same process.

    GET /arbeidsliste -> pages.Page(...) -> session of the cookie -> Actor
        -> calls.Api(...).get("/v1/tasks", ...)  the API as that person: the same wall, log and refusals
        -> render.render("arbeidsliste.html", ...)

A page goes to the database by itself for its own two tables alone (`tables.py`), and to no other room's code.
"""
