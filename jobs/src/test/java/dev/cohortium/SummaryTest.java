package dev.cohortium;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.runtime.RunSummary;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SummaryTest {
  private static RunSummary run(List<RunSummary.Retention> retention) {
    Map<String, RunSummary.Delivered> sources = new LinkedHashMap<>();
    sources.put("transactions", new RunSummary.Delivered(251395, 251390, 5, 0, 0, 0));
    sources.put("customers", new RunSummary.Delivered(10281, 10281, 0, 0, 0, 0));
    return new RunSummary(
        "r1",
        "foodmart",
        "warehouse/foodmart",
        Optional.of(LocalDate.of(1998, 11, 30)),
        List.of("ingest", "panel", "cohorts"),
        sources,
        8736,
        23,
        retention,
        List.of());
  }

  private static List<RunSummary.Retention> ages(int count) {
    return IntStream.range(0, count)
        .mapToObj(age -> new RunSummary.Retention(age, 100, 1.0 / (1 + age), 0.1, 1))
        .toList();
  }

  @Test
  void the_page_shows_counts_places_and_the_curve() {
    assertThat(Summary.text(run(ages(2))))
        .isEqualTo(
            """
            Study foodmart up to 1998-11-30: ingest, panel, cohorts done.
            8,736 customers with an order, 23 months.

            rows of          read    clean  quarantined  duplicate  filtered  superseded
            transactions  251,395  251,390            5          0         0           0
            customers      10,281   10,281            0          0         0           0

            Customers with an order, by months since their first (all cohorts by size, 95 % interval)
               0  100.0 %  ████████████████████████████████████████  10.0 to 100.0 %
               1   50.0 %  ████████████████████                      10.0 to 100.0 %

            Tables (Delta)       warehouse/foodmart
            Published (Parquet)  warehouse/foodmart/published
            """);
  }

  @Test
  void without_cohorts_there_is_no_curve() {
    assertThat(Summary.text(run(List.of()))).doesNotContain("█").contains("warehouse/foodmart");
  }

  @Test
  void many_ages_are_cut_to_a_screen_and_it_says_so() {
    String page = Summary.text(run(ages(23)));
    assertThat(page.lines()).hasSize(24);
    assertThat(page).contains("and so on to 22 months, in table cohort_average");
  }

  @Test
  void a_bar_has_eighths_and_stays_within_its_width() {
    assertThat(Summary.bar(0)).isEmpty();
    assertThat(Summary.bar(1.0 / 40)).isEqualTo("█");
    assertThat(Summary.bar(1.5 / 40)).isEqualTo("█▌");
    assertThat(Summary.bar(1)).hasSize(40);
    assertThat(Summary.bar(7)).hasSize(40);
  }

  @Test
  void json_is_one_object_with_snake_case_keys() {
    assertThat(Summary.json(run(ages(1))))
        .isEqualTo(
            """
            {"run_id":"r1","study":"foodmart","warehouse":"warehouse/foodmart",\
            "published":"warehouse/foodmart/published","as_of":"1998-11-30",\
            "jobs":["ingest","panel","cohorts"],\
            "sources":{\
            "transactions":{"read":251395,"clean":251390,"quarantined":5,"duplicate":0,"filtered":0,"superseded":0},\
            "customers":{"read":10281,"clean":10281,"quarantined":0,"duplicate":0,"filtered":0,"superseded":0}},\
            "customers":8736,"months":23,\
            "retention":[{"age":0,"customers":100,"rate":1.0,"low":0.1,"high":1.0}],"verdicts":[]}
            """);
  }

  private static RunSummary judged(Double estimate, String reason) {
    Map<String, Long> members = new LinkedHashMap<>();
    members.put("not known before joining", 127L);
    members.put("joined without an order", 0L);
    members.put("compared with look-alikes", 670L);
    boolean isMeasured = estimate != null;
    return judged(
        new RunSummary.Verdict(
            "club",
            "look_alike_did",
            "net_revenue",
            6,
            isMeasured ? "measured" : "unmeasured",
            reason,
            "D",
            "placebo_outcome",
            estimate,
            isMeasured ? (Double) (estimate - 4) : null,
            isMeasured ? (Double) (estimate + 4) : null,
            54.0,
            604,
            List.of("Balance: passed. 0 of 34 covariates differ."),
            members));
  }

  private static RunSummary judged(RunSummary.Verdict verdict) {
    return new RunSummary(
        "r1",
        "club",
        "warehouse/club",
        Optional.of(LocalDate.of(2023, 6, 30)),
        List.of("look-alike"),
        Map.of(),
        0,
        0,
        List.of(),
        List.of(verdict));
  }

  @Test
  void a_verdict_says_what_members_have_more_what_was_selection_and_who_is_compared() {
    assertThat(Summary.text(judged(13.0, null)))
        .contains(
            """
            club: members have 13.00 more net revenue a month than their look-alikes (9.00 to 17.00), over 6 months after joining.
              Compared with all other customers they have 54.00 more: 41.00 of that was selection.
              Credibility D (did not pass: placebo outcome). Balance: passed. 0 of 34 covariates differ.
              670 of 797 members are compared, 604 of them over all 6 months;
                127: not known before joining
            """);
    assertThat(Summary.text(judged(-3.0, "Matching took nearly all candidates.")))
        .contains("3.00 less net revenue", "Not a number to act on: Matching took nearly all");
  }

  @Test
  void a_verdict_by_before_and_after_says_why_it_is_not_believed() {
    RunSummary.Verdict verdict =
        new RunSummary.Verdict(
            "club",
            "event_study",
            "net_revenue",
            3,
            "measured",
            null,
            "D",
            "pre_trend",
            14.0,
            12.0,
            16.0,
            21.0,
            600,
            List.of(
                "Of 600 members 600 are in the cohort of their joining month.",
                "Pre trend: failed. They moved apart already."),
            Map.of());
    assertThat(Summary.text(judged(verdict)))
        .contains(
            """
            club: members have 14.00 more net revenue a month than before joining, net of the same change among others (12.00 to 16.00), over 3 months after joining.
              The bare change since before joining is 21.00: 7.00 of that is no work of the programme.
              Credibility D (did not pass: pre trend).
                Of 600 members 600 are in the cohort of their joining month.
                Pre trend: failed. They moved apart already.
            """);
  }

  @Test
  void a_verdict_without_a_number_says_why() {
    assertThat(Summary.text(judged(null, "The programme has no members.")))
        .contains(
            "club: what it changed in net revenue over 6 months is not measured: The programme has no members.")
        .doesNotContain("selection");
  }

  @Test
  void local_cores_are_read_from_the_master() {
    assertThat(Main.cores("local")).isEqualTo(1);
    assertThat(Main.cores("local[3]")).isEqualTo(3);
    assertThat(Main.cores("local[3,2]")).isEqualTo(3);
    assertThat(Main.cores("local[*]")).isEqualTo(Runtime.getRuntime().availableProcessors());
  }
}
