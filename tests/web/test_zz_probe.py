from salesapp.services.customers import *
from salesapp.services.work import work
from salesapp.store.tables import *
from salesapp.store.inserts import insert_row
import datetime
def test_probe(app, cast, clock, client_of, statements):
    with work(cast.owner, clock.now) as w:
        a=add_customer(w, NewCustomer(name="卢沟桥医院", kind="organisation", phones=["010-83211441"], tags=["三甲","丰台"]))
        b=add_customer(w, NewCustomer(name="王建国", phones=["138 0013 8000"], emails=["wang@example.com"], company="北京汽车", grade="A", source="referral"))
        c=add_contact(w, a, __import__("salesapp.services.contacts",fromlist=["x"]).NewContact(name="李娜", position="院长"))
        insert_row(w.session, deal, dict(customer_id=b,title="SUV 2.0T",process="general.six",stage="contact",owner_id=cast.owner.id,scope_owner_id=cast.owner.id,amount_minor=21800000,currency="CNY",created_at=clock.now,stage_entered_at=clock.now,touched_at=clock.now))
    for who in (cast.owner, cast.manager, cast.admin, cast.outsider, cast.reader):
        cl=client_of(who)
        for path in ("/customers","/customers?q=沟桥","/customers?state=lead&sort=name",f"/customers/{a}",f"/customers/{b}",f"/customers/{b}/edit",f"/customers/{b}/timeline?show=changes","/customers/new","/pool","/search?q=wang","/add",f"/customers/{a}/contacts/new",f"/customers/{a}/points/new",f"/customers/{a}/dates/new",f"/contacts/{c}/edit",f"/customers/{a}/assign"):
            statements.clear()
            r=cl.get(path); n=[s for s in statements if not s.startswith("BEGIN")]
            print(who.name, path, r.status_code, len(n), len(r.data))
            r=cl.get(path, headers={"HX-Request":"true"}); assert r.status_code in (200,403,404)
    cl=client_of(cast.owner)
    def post(path, **d):
        r=cl.send(path,d); print("POST",path,r.status_code,r.location, r.text[:200] if r.status_code>=400 else ""); return r
    post(f"/customers/{b}/state/customer"); post(f"/customers/{b}/archive"); post(f"/customers/{b}/restore")
    post(f"/customers/{b}/enquiry", source="web_form", note="想看车")
    post(f"/customers/{b}/dates/new", kind="birthday", day="农历八月十五", label="")
    post(f"/customers/{b}/dates/new", kind="birthday", day="nonsense", label="")
    post(f"/customers/{b}/points/new", kind="wechat", value="wangjianguo", contact="")
    post(f"/customers/{b}/points/new", kind="phone", value="01083211441", contact="")
    post(f"/customers/{b}/contacts/new", name="", phone="12")
    post(f"/points/1/optout"); post("/points/1/archive"); post("/points/1/restore"); post("/dates/1/archive"); post("/dates/1/restore")
    post("/customers/new", name="", phone=""); post("/customers/new", name="陈晓", phone="13912345678", tags="重点，展厅")
    print(cl.send("/customers/check", {"name":"陈晓","phone":"01083211441"}).text)
    post(f"/customers/{b}/release"); print(cl.get("/pool").status_code); post(f"/pool/{b}/claim"); post(f"/pool/{b}/claim")
    r=cl.get(f"/customers/{b}"); __import__("pathlib").Path("/tmp/page.html").write_text(r.text)
    r=client_of(cast.manager).send(f"/customers/{b}/assign", {"owner": str(cast.colleague.id)}); print(r.status_code, r.location)
