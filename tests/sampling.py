"""Which cases of a test that asks every combination stand for all in each run; the others are for make prove."""

from collections import Counter
from pathlib import Path

import pytest

# What asks every combination of what other tests cover: it runs without measuring coverage, which doubles its time.
MATRIX = [
    "api/test_as_of",
    "api/test_as_of_integrity",
    "api/test_filters",
    "api/test_foreign_ids",
    "api/test_integrity_register",
    "api/test_mutations",
    "api/test_plan_coverage",
    "api/test_rights",
    "api/test_same_answer",
    "api/test_search_pages",
    "api/test_statistics_sums",
    "api/test_viewer_can",
    "api/test_walk",
    "api/test_walk_integrity",
    "api/test_walk_partner",
    "api/test_walk_year",
    "faults/test_database_away",
    "faults/test_kill",
    "faults/test_kill_often",
    "faults/test_serve",
    "faults/test_socket_serve",
    "faults/test_stopping",
    "faults/test_walk_gift",
    "faults/test_walk_merge",
    "house/test_deployment",
    "house/test_guards",
    "house/test_seeds",
    "rules/test_activity_machine",
    "rules/test_agreement_machine",
    "rules/test_audit_machine",
    "rules/test_commitment_machine",
    "rules/test_permission",
    "rules/test_plan_machine",
    "rules/test_span_machine",
    "rules/test_synthetic",
    "store/test_indexes",
    "store/test_moments",
    "store/test_races",
    "store/test_relays_together",
]
# Of these, every n-th case is in each run.
SAMPLED = {
    "test_every_mutation_answers_the_same": 12,
    "test_whatever_is_selected_of_what_was_written": 12,
    "test_the_same_key_with_other_arguments_is_refused": 8,
    "test_who_holds_no_right_at_all_is_refused_before_anything_is_read": 8,
    "test_an_id_of_nothing_or_of_another_kind_is_refused_at_its_place": 4,
    "test_viewer_can_lists_exactly_the_steps_that_are_not_refused": 3,
    "test_every_list_below_a_record_is_read_by_an_index": 3,
    "test_every_list_at_the_root_is_read_by_an_index": 3,
    "test_the_pages_of_many_parents_are_those_of_each_alone": 3,
    "test_relays_that_all_believe_to_hold_the_lease_make_no_gap_no_fork_and_no_double": 4,
    "test_deriving_keys_goes_on_where_it_broke_off": 3,
    "test_keys_are_derived_anew_and_nothing_else_is_touched": 3,
}
# Of these, every n-th case on a server, and all in memory: where a call breaks off is decided before it is sent.
SAMPLED_ON_SERVERS = {
    "test_a_crash_anywhere_between_is_made_good": 5,
    "test_a_crash_in_the_middle_of_inserting_leaves_no_gap": 5,
    "test_equal_requests_at_once_have_one_effect_and_one_answer": 3,
}
SERVERS = {"motor", "pymongo"}
# Elsewhere in the store's tests PyMongo's own client is for make prove: here it differs from Motor.
ON_EVERY_DRIVER = ("store/test_contract", "store/test_database", "store/test_idempotency", "store/test_timing")


def mark(items: list[pytest.Item]) -> None:
    """Mark what runs without measuring coverage, and what is for make prove."""
    seen: Counter[tuple[str, bool]] = Counter()
    for item in items:
        path = item.path.relative_to(Path(__file__).parent).with_suffix("").as_posix()
        name = getattr(item, "originalname", item.name)
        given = getattr(item, "callspec", None)
        drivers = [value for value in given.params.values() if isinstance(value, str)] if given is not None else []
        on_server = not SERVERS.isdisjoint(drivers)
        step = SAMPLED.get(name, 1) * (SAMPLED_ON_SERVERS.get(name, 1) if on_server else 1)
        pymongo = "pymongo" in drivers and path.startswith("store/") and path not in ON_EVERY_DRIVER
        if path in MATRIX:
            item.add_marker(pytest.mark.matrix)
        if seen[name, on_server] % step or pymongo:
            item.add_marker(pytest.mark.prove)
        seen[name, on_server] += 1
