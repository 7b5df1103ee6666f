-- Messages sent on the days from_day <= t < to_day and all that comes of them. Fatigue counts the messages of the fourteen days
-- before, so these must already be in the table sendings.
insert into sendings
select
    mailable.p,
    campaigns.c,
    campaigns.t,
    mix32(xor(people.k, campaigns.kc)) as km
from mailable
inner join people on mailable.p = people.p
cross join campaigns
where
    campaigns.t >= getvariable('from_day')
    and campaigns.t < getvariable('to_day')
    and campaigns.t between mailable.mail_from and mailable.mail_until
    and u01(mix32(xor(people.k, campaigns.kc)), 1)
    < target_share(campaigns.campaign_type, mailable.newsletter_share, mailable.promotion_share);
