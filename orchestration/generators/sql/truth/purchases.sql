-- The days on which the people of the sample bought something.
select distinct
    p,
    t
from order_plan
where p % getvariable('sample_step') = 0 and t >= getvariable('window_first_day')
