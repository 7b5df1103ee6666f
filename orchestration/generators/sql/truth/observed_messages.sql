-- How the people of the sample answered campaign messages: 0 not at all (to be seen), 1 opened, 2 clicked. Cart reminders are
-- left out, since the answer to them says nothing about the latent state, and so are bounced messages and the last ones.
select
    messages.p,
    messages.t,
    messages.recent_count,
    campaigns.open_factors[messages.variant_number] as open_factor,
    campaigns.click_factors[messages.variant_number] as click_factor,
    campaigns.order_factors[messages.variant_number] as order_factor,
    messages.is_open_visible::int + messages.is_clicked::int as answer,
    messages.is_clicked and messages.is_order_if_clicked as is_order
from messages
inner join campaigns on messages.c = campaigns.c
where
    messages.p % getvariable('sample_step') = 0
    and messages.t >= getvariable('window_first_day')
    and messages.cart_key is null
    and messages.stop_reason is null
