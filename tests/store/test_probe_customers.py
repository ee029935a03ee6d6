from salesapp.services.customers import *
from salesapp.services.work import work
from salesapp.store import customers, search, customer_files, timeline, pools
from salesapp.store.engine import reading
from salesapp.store.customer_lists import Filters, page
def test_probe(app, cast, clock, statements):
    with work(cast.owner, clock.now) as w:
        a=add_customer(w, NewCustomer(name="卢沟桥医院", kind="organisation", phones=["010-83211441"], tags=["三甲","丰台"]))
        b=add_customer(w, NewCustomer(name="王建国", phones=["138 0013 8000"], emails=["wang@example.com"], company="北京汽车"))
    for actor in (cast.owner, cast.manager, cast.admin, cast.colleague, cast.outsider):
        with reading() as x:
            print(actor.name, [r.name for r in page(x, actor, Filters(), "touched", None, clock.now).rows], page(x, actor, Filters(state="lead"), "name", None, clock.now).count)
            for q in ("沟桥","lgq","luguo","wjg","8321","13800138000","wang@","北京","王建国", "%","_","'", '"'):
                print(q, [h.title for h in search.find(x, actor, q, clock.now)], end=" ")
            print()
    search.RECENT=0
    with reading() as x:
        for q in ("沟桥","lgq","luguo","wjg","8321","wang@","北京"):
            print(q, [h.title for h in search.find(x, cast.owner, q, clock.now)], end=" ")
        print(customer_files.open_file(x, cast.owner, b, clock.now).view)
        print(timeline.entries(x, cast.owner, b, now=clock.now))
        print(customers.options_for(x, cast.manager, "wang", clock.now))
    search.RECENT=2000
    with work(cast.owner, clock.now) as w: release_customer(w, b)
    with reading() as x:
        for actor in (cast.owner, cast.manager, cast.admin):
            print(actor.name, search.find(x, actor, "王建国", clock.now), pools.page(x, actor, "", None))
