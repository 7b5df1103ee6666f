-- Deterministic randomness. Every draw is an integer mix of a key and a draw number, in exact 64-bit arithmetic on values
-- below 2^32, so it depends neither on threads, nor on row order, nor on the engine's own hash().
-- mix32: C. Wellons, "lowbias32" (2018), bias 0.17: x ^= x >> 16, x *= 0x7feb352d, x ^= x >> 15, x *= 0x846ca68b, x ^= x >> 16.
create or replace macro low32(x) as x & 4294967295::ubigint;
create or replace macro mix_step_1(x) as low32(xor(x, x >> 16) * 2146121005::ubigint);
create or replace macro mix_step_2(x) as low32(xor(x, x >> 15) * 2221713035::ubigint);
create or replace macro mix_step_3(x) as xor(x, x >> 16);
create or replace macro mix32(x) as mix_step_3(mix_step_2(mix_step_1(x)));

-- A key for a thing inside another thing: child number n of key k, n being a non-negative number below 2^31. Four rounds that
-- multiply, flip fixed bits and keep the middle of the product. Unlike mix32 each round names its argument once, so nested
-- keys stay short expressions. Uniformity and independence of neighbours are tested (tests/unit/generators/test_macros.py).
create or replace macro middle(x, factor, flips) as low32(xor(x * (factor)::ubigint, (flips)::ubigint) >> 16);
create or replace macro child_key(k, n) as middle(
    middle(
        middle(
            middle(low32(k + (n)::ubigint * 2654435769::ubigint), 2654435761, 9172280022865181717),
            3266489917, 1609587927113164721
        ),
        2246822519, 2870177450306104111
    ),
    656542357, 11400714819842046393
);
-- A uniform draw in [0, 1): draw number n of key k.
create or replace macro u01(k, n) as child_key(k, n) / 4294967296.0::double;
-- A whole number in [0, size).
create or replace macro pick(k, n, size) as floor(u01(k, n) * (size))::int;
-- Roughly standard normal: the sum of three uniforms, scaled to variance one.
create or replace macro normalish(k, n) as (u01(k, n) + u01(k, (n) + 1) + u01(k, (n) + 2) - 1.5) * 2;
-- Days until a geometric event of rate r per day, at least 1.
create or replace macro geometric_days(u, r) as 1 + floor(ln(1.0 - (u)) / ln(1.0 - (r)))::int;

-- Distinct numbers for distinct inputs below 2^38, so that identifiers never collide: multiplication by an odd number modulo
-- 2^40, then a shift that can be undone.
create or replace macro times_odd(x) as ((x)::ubigint * 40692013::ubigint + 531972348127::ubigint) & 1099511627775::ubigint;
create or replace macro scramble40(x) as xor(times_odd(x), times_odd(x) >> 20);
create or replace macro hex40(x) as lower(lpad(to_hex(scramble40(x)), 10, '0'));
-- A number for what somebody did on a day, by kind (0 to 7), and what it makes: visits, orders and carts share one range, below
-- 2^37. Accounts come from person numbers below 2^22, second accounts from the next 2^22, guest accounts from beyond 2^37.
create or replace macro deed_number(t, kind, p) as ((t) * 8 + (kind))::bigint * 4194304 + (p);
create or replace macro first_account(p) as 'S' || hex40(p);
create or replace macro second_account(p) as 'S' || hex40((p) + 4194304);
create or replace macro guest_account(order_number) as 'S' || hex40((order_number) + 137438953472);
-- Seven digits, the first from 2 to 9: a bijection of person numbers below the prime 7,999,993.
create or replace macro seven_digits(x) as (2000000 + ((x)::bigint * 1234577) % 7999993)::varchar;

-- A draw from an interval [low, high].
create or replace macro within(bounds, k, n) as (bounds)[1] + ((bounds)[2] - (bounds)[1]) * u01(k, n);
create or replace macro pick_from(words, k, n) as words[1 + pick(k, n, len(words))];
create or replace macro day_time(day_number, seconds) as
(getvariable('start_date') + (day_number)::int)::timestamp + to_microseconds((1000000::bigint * (seconds))::bigint);
-- Days are compared as whole numbers since the first day of the world.
create or replace macro day_number(moment) as ((moment)::date - getvariable('start_date'))::int;

-- An address as people type it: any case, a plus-tag, gmail dots left out, spaces around it.
create or replace macro as_typed(email, k) as case
    when u01(k, 901) < 0.03 then upper(email)
    when u01(k, 901) < 0.07 then upper(email[1]) || email[2:]
    when u01(k, 901) < 0.10 and regexp_matches(email, '@(gmail|outlook|icloud)\.com$')
        then replace(email, '@', pick_from(['+shop@', '+news@', '+orders@'], k, 902))
    when u01(k, 901) < 0.12 and email like '%@gmail.com' then replace(split_part(email, '@', 1), '.', '') || '@gmail.com'
    when u01(k, 901) < 0.13 then ' ' || email
    when u01(k, 901) < 0.14 then email || ' '
    else email
end;
-- The form that all spellings of one mailbox share; staging must arrive at the same one.
create or replace macro mailbox_of(email) as split_part(split_part(email, '@', 1), '+', 1);
create or replace macro canonical_email(email) as case
    when lower(trim(email)) like '%@gmail.com' then replace(mailbox_of(lower(trim(email))), '.', '') || '@gmail.com'
    else mailbox_of(lower(trim(email))) || '@' || split_part(lower(trim(email)), '@', 2)
end;
-- A phone number as people type it, from its country prefix, trunk digit and national number.
create or replace macro phone_as_typed(prefix, trunk, national, k) as case
    when u01(k, 911) < 0.40 then '+' || prefix || national
    when u01(k, 911) < 0.50 then '00' || prefix || national
    when u01(k, 911) < 0.65 then '+' || prefix || ' ' || national[1:3] || ' ' || national[4:6] || ' ' || national[7:]
    when u01(k, 911) < 0.80 then trunk || national[1:3] || '-' || national[4:6] || '-' || national[7:]
    when u01(k, 911) < 0.90 then '(' || trunk || national[1:3] || ') ' || national[4:]
    else trunk || national
end;
-- When the nightly, six-hourly or hourly load brings a row that became available at a moment.
create or replace macro nightly(moment, minutes) as (moment::date + 1)::timestamp + to_minutes(minutes);
create or replace macro six_hourly(moment, minutes) as time_bucket(interval 6 hours, moment) + to_minutes(360 + minutes);
create or replace macro hourly(moment, minutes) as date_trunc('hour', moment) + to_minutes(60 + minutes);
-- The category of a line: mostly that of the moment, now and then another one.
create or replace macro line_category(ki, category_number) as
case when u01(ki, 1) < 0.8 then category_number else pick(ki, 2, 8) end;
-- From a uniform draw to a place among the products of a category; the first ones sell most.
create or replace macro popular_place(u) as floor(pow(u, 1.8) * getvariable('products_per_category'))::int;
-- What people of one style like of a category: a short list, the same for all of them.
create or replace macro style_place(style, category, position) as
popular_place(u01(child_key(getvariable('seed_key'), 700000 + (style) * 8 + (category)), position));
-- What a person buys again: a few products of the list of the style.
create or replace macro staple_place(k, category, staple) as
style_place(
    pick(k, 80, getvariable('style_count')), category,
    pick(child_key(k, 8100 + (category)), staple, getvariable('style_products'))
);
-- The product behind the key of a line: one of the person's staples, or any of the category; of nobody (no key of a person) any.
create or replace macro item_product(ki, category_number, k) as
line_category(ki, category_number)
+ 8 * case
    when k is not null and u01(ki, 8) < getvariable('staple_share')
        then staple_place(k, line_category(ki, category_number), pick(ki, 9, getvariable('staple_count')))
    else popular_place(u01(ki, 3))
end;
create or replace macro initcap_word(word) as upper((word)[1]) || (word)[2:];
-- A campaign has one message per person; cart reminders, which share the campaign of their month, have one per person and day.
create or replace macro message_id_of(t, c, p) as 'm' || hex40(deed_number(t, c % 8, p));
-- Spells of being alive and dormant take turns; spell_ends holds the first day of each spell after the first.
create or replace macro is_alive_on(starts_dormant, spell_ends, t) as
((starts_dormant) + len(list_filter(spell_ends, lambda first_day: first_day <= (t)))) % 2 = 0;
