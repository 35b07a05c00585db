"""An address of every screen in the demo, where there is something to see."""

import re

from app.demo.example_year import UNDER_NOTICE
from app.http.openapi_examples import demo_id
from app.web.pages import Page
from app.web.routes import ROUTES

SCREENS = [route for route in ROUTES if isinstance(route, Page) and "GET" in (route.methods or ())]
OPEN_SCREENS = ("/logg-inn", "/tilgjenge", "/personvern", "/trapp", "/andre-ordningar", "/finst-ikkje")
WAIVED = f"/plassar/{demo_id('placement', 24)}/oppgaver/plan.{demo_id('placement', 24)}.1"
RESTRICTED = f"/v1/participants/{demo_id('participant', 20)}"
OF_ONE_PERSON = ("/kalender/{subscription_id:uuid}/slutt",)
# Where the first row of a kind does not belong to the first person, or is not in the state that the screen is for.
STAIR_FORMS = {
    "trinn/nytt": ("bustad", "step"),
    "tilbod/nytt": ("bustad", "service"),
    "plassar/ny": ("bustad", "stair_capacity"),
    "behov/nytt": ("bustad", "need"),
}
"""The form of a new row of a stair -> the stair and the resource of the demo's first row."""
ADDRESSES = {
    "/plassar/{placement_id:uuid}/oppseiingar/{notice_id:uuid}/annullering": (
        f"/plassar/{demo_id('placement', UNDER_NOTICE)}/oppseiingar/{demo_id('notice', 1)}/annullering"
    ),
    "/plassar/{placement_id:uuid}/oppgaver/{task_id}/fraafall": f"{WAIVED}/fraafall",
    "/plassar/{placement_id:uuid}/oppgaver/{task_id}/fraafall/tilbake": f"{WAIVED}/fraafall/tilbake",
    "/kalender/{subscription_id:uuid}/slutt": f"/kalender/{demo_id('calendar_subscription', 1)}/slutt",
    # Asked for by one officer, to be decided by another.
    "/deltakarar/{participant_id:uuid}/sletting/avgjerd": f"/deltakarar/{demo_id('participant', 30)}/sletting/avgjerd",
    "/deltakarar/{participant_id:uuid}/avgrensing/opphev": RESTRICTED.replace("/v1/participants", "/deltakarar")
    + "/avgrensing/opphev",
    "/deltakarar": "/deltakarar?name=de",
    **{f"/trapp/{{stair}}/{path}": f"/trapp/bustad/{path}" for path in STAIR_FORMS},
    **{
        f"/trapp/{{stair}}/{path.partition('/')[0]}/{{row_id:uuid}}": (
            f"/trapp/{stair}/{path.partition('/')[0]}/{demo_id(resource, 1)}"
        )
        for path, (stair, resource) in STAIR_FORMS.items()
    },
    "/feriereiser/turar/{trip_id:uuid}/svar/{participant_id:uuid}": f"/feriereiser/turar/{demo_id('trip', 4)}/svar/"
    f"{demo_id('participant', 14)}",
    "/vedtak/ny": f"/vedtak/ny?soknad={demo_id('application', 1)}",
    "/vedtak/verknad": f"/vedtak/verknad?soknad={demo_id('application', 1)}&forste_dag=01.10.2022",
}


def find_address(route: Page) -> str:
    """The screen's address in the demo."""

    def fill(found: re.Match[str]) -> str:
        return {"year": "2022", "month": "7"}.get(found[1]) or str(demo_id(found[1].removesuffix("_id"), 1))

    return ADDRESSES.get(route.path) or re.sub(r"\{(\w+):\w+\}", fill, route.path)
