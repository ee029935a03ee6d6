"""What the dealership's own pages see happen, and key steps and follow-up rules wait for."""

from salesapp.plugin_api import Evidence, Text

RECEIVED = "automotive.received"
CONTACT_LEFT = "automotive.contact_left"
DRIVEN = "automotive.driven"
OFFERED = "automotive.offered"
SIGNED = "automotive.signed"
DEPOSIT = "automotive.deposit"
PAID = "automotive.paid"
INSPECTED = "automotive.inspected"
EXPLAINED = "automotive.explained"
DELIVERED = "automotive.delivered"

EVIDENCE = (
    Evidence("received", Text("received in the showroom", "已在展厅接待", "已在展間接待", "принят в салоне")),
    Evidence(
        "contact_left",
        Text("contact left at the door", "到店留下联系方式", "到店留下聯絡方式", "контакт оставлен в салоне"),
    ),
    Evidence("driven", Text("test drive taken", "已试驾", "已試駕", "тест-драйв пройден")),
    Evidence("offered", Text("offer given", "已报价", "已報價", "предложение вручено")),
    Evidence("signed", Text("contract signed", "已签合同", "已簽合約", "договор подписан")),
    Evidence("deposit", Text("deposit received", "已收定金", "已收訂金", "аванс получен")),
    Evidence("paid", Text("paid in full", "已付全款", "已付全額", "оплачено полностью")),
    Evidence(
        "inspected",
        Text("pre-delivery inspection passed", "交车前检查合格", "交車前檢查合格", "предпродажная проверка пройдена"),
    ),
    Evidence(
        "explained", Text("car explained at delivery", "已讲解用车", "已講解用車", "автомобиль показан и объяснён")
    ),
    Evidence("delivered", Text("car delivered", "已交车", "已交車", "автомобиль выдан")),
)
