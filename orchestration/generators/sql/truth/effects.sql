-- What each variant truly does against the control of its campaign: factors on the probabilities of open, click given open and
-- order given click, and the relative change in orders per message that they amount to (before the caps of the model).
select
    campaigns.campaign_id,
    campaigns.campaign_type,
    campaigns.day as sent_on,
    variants.variant,
    campaigns.open_factors[variants.variant_number] as open_factor,
    campaigns.click_factors[variants.variant_number] as click_factor,
    campaigns.order_factors[variants.variant_number] as order_factor,
    open_factor * click_factor * order_factor - 1 as true_effect
from campaigns
cross join (values (1, 'control'), (2, 'a'), (3, 'b')) as variants (variant_number, variant)
where campaigns.t <= getvariable('last_day')
