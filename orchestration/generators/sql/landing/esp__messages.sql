select
    message_id_of(messages.t, messages.c, messages.p) as message_id,
    case when u01(messages.km, 40) < 0.001 then null else campaigns.campaign_id end as campaign_id,
    ['control', 'a', 'b'][messages.variant_number] as variant,
    people.email,
    messages.sent_at,
    messages.sent_at as available_at,
    case when u01(messages.km, 41) < 0.003 then 18 end as redelivered_after_hours
from messages
inner join people on messages.p = people.p
inner join campaigns on messages.c = campaigns.c
where messages.t >= getvariable('mail_from_day')
