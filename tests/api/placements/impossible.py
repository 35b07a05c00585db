"""What must never be in the database, whatever steps were taken: each a query that counts it (D3–D8, L1, P2)."""

IMPOSSIBLE = {
    "two places of one person at one provider on one day": """
        select count(*) from placement a join placement b on a.participant_id = b.participant_id and a.id < b.id
            and a.provider_id = b.provider_id and num_nonnulls(a.annulled_on, b.annulled_on) = 0
        and daterange(a.starts_on, a.ends_on, '[]') && daterange(b.starts_on, b.ends_on, '[]')""",
    "more than the whole day of one person": """
        select count(*) from placement join placement_terms one on one.placement_id = placement.id
        where one.known_until is null and (select sum(terms.share) from placement_terms terms
            join placement other on other.id = terms.placement_id
            where other.participant_id = placement.participant_id and terms.known_until is null
                and one.valid_from between terms.valid_from and coalesce(terms.valid_to, 'infinity')) > 100""",
    "more places than the capacity": """
        select count(*) from (select distinct provider_id, valid_from as day from placement_terms
            union select provider_id, valid_from from provider_capacity) as days
        where (select sum(share) from placement_terms terms where terms.provider_id = days.provider_id
                and terms.known_until is null and day between valid_from and coalesce(valid_to, 'infinity'))
            > 100 * coalesce((select places from provider_capacity c where c.provider_id = days.provider_id
                and valid_from <= day order by valid_from desc, c.id desc limit 1), 0)""",
    "a place without a standing accepted request": """
        select count(*) from placement where terms = 'standard' and annulled_on is null and not exists (
            select from decision join request on request.id = decision.request_id
            where decision.placement_id = placement.id and kind = 'grant' and answer = 'accepted'
            and retracted_on is null and request.provider_id = placement.provider_id
            and not exists (select from request newer where newer.application_id = request.application_id
                and newer.answer is not null and newer.sent_number > request.answer_number))""",
    "money on a day without a place, or a place without money": """
        select count(*) from placement where annulled_on is null and (
            select row(min(valid_from), case when bool_or(valid_to is null) then null else max(valid_to) end,
                sum(coalesce(valid_to, date '2100-01-01') - valid_from + 1))
            from placement_terms where placement_id = placement.id and known_until is null)
        is distinct from row(starts_on, ends_on, (coalesce(ends_on, date '2100-01-01') - starts_on + 1)::bigint)""",
    "money for a place that is annulled": """
        select count(*) from placement join placement_terms terms on terms.placement_id = placement.id
        where annulled_on is not null and (terms.known_until is null
            or terms.known_until > greatest(annulled_on, terms.known_from))""",
    "a place that is annulled without a decision": """
        select count(*) from placement where annulled_on is distinct from (
            select decided_on from decision where placement_id = placement.id and kind = 'annul')""",
    "a permanent place with a last day by nothing": """
        select count(*) from placement where need = 'permanent' and ends_on is not null and not exists (
            select from decision where placement_id = placement.id and kind in ('end', 'correct')
            union all select from notice where placement_id = placement.id)""",
    "two decisions that follow the same": """
        select count(*) from (select follows_id from decision where follows_id is not null
            group by follows_id having count(*) > 1) as doubled""",
    "a decision before the one it follows": """
        select count(*) from decision a join decision b on a.follows_id = b.id
        where a.decided_on < b.decided_on or a.placement_id <> b.placement_id""",
    "a place of an application that is annulled": """
        select count(*) from application join decision on decision.application_id = application.id
            join placement on placement.id = decision.placement_id
        where application.annulled_at is not null and placement.annulled_on is null""",
    "a last day by a notice that is annulled": """
        select count(*) from placement join notice on notice.placement_id = placement.id
        where notice.annulled_at is not null and placement.annulled_on is null and placement.ends_on = notice.ends_on
            and notice.ends_on is distinct from notice.replaced_ends_on and not exists (
                select from decision where placement_id = placement.id and ends_on = placement.ends_on
                union all select from notice other where other.placement_id = placement.id
                    and other.id <> notice.id and other.ends_on = placement.ends_on)""",
    "an application decided twice": """
        select count(*) from (select application_id from decision where application_id is not null
            group by application_id having count(*) > 1) as doubled""",
}
