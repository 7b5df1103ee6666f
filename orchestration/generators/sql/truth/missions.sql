select
    p,
    t,
    end_day
from missions
where p % getvariable('sample_step') = 0 and t >= getvariable('window_first_day') and t < getvariable('to_day')
