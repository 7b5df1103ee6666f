"""The landing tables of the demo world: how each is delivered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LandingTable:
    """One table: the SQL moment at which the load brings a row that became available at ``available_at``, and its order."""

    source: str
    table: str
    loaded_at: str
    sort_key: str

    @property
    def name(self) -> str:
        return f"{self.source}__{self.table}"


CRM_LOAD = "nightly(available_at, 135)"
SHOP_LOAD = "six_hourly(available_at, 20)"
WEB_LOAD = "hourly(available_at, 7)"
ESP_LOAD = "six_hourly(available_at, 40)"
VENDOR_LOAD = "nightly(available_at, 280)"

# In the order in which they are written: a reader that comes across a half-written world finds people before their deeds.
LANDING_TABLES: tuple[LandingTable, ...] = (
    LandingTable("crm", "contacts", CRM_LOAD, "contact_id, updated_at"),
    LandingTable("crm", "loyalty_accounts", CRM_LOAD, "loyalty_id, updated_at"),
    LandingTable("crm", "consent_events", CRM_LOAD, "consent_event_id"),
    LandingTable("crm", "preferences", CRM_LOAD, "contact_id, updated_at"),
    LandingTable("crm", "email_verdicts", CRM_LOAD, "verdict_id"),
    LandingTable("shop", "customers", SHOP_LOAD, "shop_customer_id, updated_at"),
    LandingTable("shop", "products", SHOP_LOAD, "product_id, updated_at"),
    LandingTable("shop", "orders", SHOP_LOAD, "order_id, updated_at"),
    LandingTable("shop", "order_items", SHOP_LOAD, "order_item_id"),
    LandingTable("shop", "refunds", SHOP_LOAD, "refund_id"),
    LandingTable("shop", "shipments", SHOP_LOAD, "shipment_id, updated_at"),
    LandingTable("esp", "campaigns", ESP_LOAD, "campaign_id, updated_at"),
    LandingTable("esp", "messages", ESP_LOAD, "message_id"),
    LandingTable("esp", "events", ESP_LOAD, "event_id"),
    LandingTable("esp", "suppressions", ESP_LOAD, "suppression_id, updated_at"),
    LandingTable("third_party", "demographics", VENDOR_LOAD, "email, updated_at"),
    LandingTable("third_party", "psychographics", VENDOR_LOAD, "email, updated_at"),
    LandingTable("web", "events", WEB_LOAD, "event_id"),
    LandingTable("web", "identifies", WEB_LOAD, "identify_id"),
)

# What the truth needs to know of each window, see sql/truth/.
TRUTH_PARTS: tuple[str, ...] = ("guest_accounts", "missions", "observed_days", "observed_messages", "purchases")
