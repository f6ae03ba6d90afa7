package dev.cohortium;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cohortium.runtime.RunSummary;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a run did, as a page for people and as JSON. */
final class Summary {
  /** A screen. */
  private static final int LINES = 24;

  private static final int BAR_WIDTH = 40;

  /** Bars of no to eight eighths of a character. */
  private static final String EIGHTHS = " ▏▎▍▌▋▊▉█";

  private Summary() {}

  /** A page of at most {@value #LINES} lines, unless very many sources or few ages need more. */
  static String text(RunSummary run) {
    List<String> head = new ArrayList<>();
    head.add("Study " + run.study() + upTo(run) + ": " + String.join(", ", run.jobs()) + " done.");
    if (run.months() > 0) {
      head.add(
          String.format(
              Locale.ROOT,
              "%,d customers with an order, %,d months.",
              run.customers(),
              run.months()));
    }
    if (!run.sources().isEmpty()) {
      head.add("");
      head.addAll(sources(run.sources()));
    }
    for (RunSummary.Verdict verdict : run.verdicts()) {
      head.add("");
      head.addAll(verdict(verdict));
    }
    List<String> foot = new ArrayList<>();
    foot.add("");
    foot.add("Tables (Delta)       " + run.warehouse());
    foot.add("Published (Parquet)  " + published(run));

    List<String> page = new ArrayList<>(head);
    if (!run.retention().isEmpty()) {
      page.add("");
      page.add(
          "Customers with an order, by months since their first (all cohorts by size, 95 % interval)");
      page.addAll(curve(run.retention(), LINES - page.size() - foot.size()));
    }
    page.addAll(foot);
    return String.join("\n", page) + "\n";
  }

  /** What the programme brought, in plain words: the effect, the selection, who is compared. */
  private static List<String> verdict(RunSummary.Verdict verdict) {
    List<String> lines = new ArrayList<>();
    String metric = verdict.metric().replace('_', ' ');
    if (verdict.estimate() == null) {
      lines.add(
          String.format(
              "%s: what it changed in %s over %d months is not measured: %s",
              verdict.program(), metric, verdict.months(), verdict.reason()));
    } else {
      lines.add(
          String.format(
              Locale.ROOT,
              "%s: members have %s %s a month than %s (%s to %s), over %d months after joining.",
              verdict.program(),
              amount(Math.abs(verdict.estimate())),
              (verdict.estimate() < 0 ? "less " : "more ") + metric,
              isOfLookAlikes(verdict)
                  ? "their look-alikes"
                  : "before joining, net of the same change among others",
              amount(verdict.low()),
              amount(verdict.high()),
              verdict.months()));
      if (verdict.reason() != null) {
        lines.add("  Not a number to act on: " + verdict.reason());
      }
      if (verdict.naive() != null) {
        lines.add(
            String.format(
                Locale.ROOT,
                isOfLookAlikes(verdict)
                    ? "  Compared with all other customers they have %s more: %s of that was selection."
                    : "  The bare change since before joining is %s: %s of that is no work of the programme.",
                amount(verdict.naive()),
                amount(verdict.naive() - verdict.estimate())));
      }
    }
    String grade =
        "  Credibility "
            + verdict.credibility()
            + (verdict.doubts().isEmpty()
                ? ""
                : " (did not pass: " + verdict.doubts().replace(",", ", ").replace('_', ' ') + ")");
    if (isOfLookAlikes(verdict)) {
      lines.add(grade + ". " + String.join(" ", verdict.evidence()));
    } else {
      lines.add(grade + ".");
      verdict.evidence().forEach(sentence -> lines.add("    " + sentence));
    }
    lines.addAll(members(verdict));
    return lines;
  }

  private static boolean isOfLookAlikes(RunSummary.Verdict verdict) {
    return verdict.method().startsWith("look_alike");
  }

  private static List<String> members(RunSummary.Verdict verdict) {
    List<String> lines = new ArrayList<>();
    Map<String, Long> members = verdict.members();
    long all = members.values().stream().mapToLong(Long::longValue).sum();
    List<Map.Entry<String, Long>> reasons = new ArrayList<>(members.entrySet());
    if (reasons.isEmpty()) {
      return lines;
    }
    Map.Entry<String, Long> compared = reasons.remove(reasons.size() - 1);
    lines.add(
        String.format(
            Locale.ROOT,
            "  %s of %s members are compared, %s of them over all %d months;",
            count(compared.getValue()),
            count(all),
            count(verdict.treated()),
            verdict.months()));
    reasons.stream()
        .filter(reason -> reason.getValue() > 0)
        .forEach(reason -> lines.add("    " + count(reason.getValue()) + ": " + reason.getKey()));
    return lines;
  }

  private static String amount(double amount) {
    return String.format(Locale.ROOT, "%,.2f", amount);
  }

  private static String upTo(RunSummary run) {
    return run.asOf().map(day -> " up to " + day).orElse("");
  }

  private static String published(RunSummary run) {
    return run.warehouse().replaceAll("/+$", "") + "/published";
  }

  private static List<String> sources(Map<String, RunSummary.Delivered> sources) {
    List<List<String>> rows = new ArrayList<>();
    sources.forEach(
        (name, rowsOf) ->
            rows.add(
                List.of(
                    name,
                    count(rowsOf.read()),
                    count(rowsOf.clean()),
                    count(rowsOf.quarantined()),
                    count(rowsOf.duplicate()),
                    count(rowsOf.filtered()),
                    count(rowsOf.superseded()))));
    return Listing.aligned(
        List.of("rows of", "read", "clean", "quarantined", "duplicate", "filtered", "superseded"),
        rows,
        column -> column > 0);
  }

  private static String count(long rows) {
    return String.format(Locale.ROOT, "%,d", rows);
  }

  /** One line for each age; where there are more than {@code space}, the first of them. */
  static List<String> curve(List<RunSummary.Retention> ages, int space) {
    int lines = Math.max(space, 4);
    int shown = ages.size() <= lines ? ages.size() : lines - 1;
    List<String> curve = new ArrayList<>();
    for (RunSummary.Retention age : ages.subList(0, shown)) {
      curve.add(
          String.format(
              Locale.ROOT,
              "%4d  %5.1f %%  %-" + BAR_WIDTH + "s  %.1f to %.1f %%",
              age.age(),
              100 * age.rate(),
              bar(age.rate()),
              100 * age.low(),
              100 * age.high()));
    }
    if (shown < ages.size()) {
      curve.add(
          "      and so on to "
              + ages.get(ages.size() - 1).age()
              + " months, in table cohort_average");
    }
    return curve;
  }

  /** A bar of {@code rate} times the full width, to an eighth of a character. */
  static String bar(double rate) {
    long eighths = Math.round(Math.min(Math.max(rate, 0), 1) * BAR_WIDTH * 8);
    String whole = "█".repeat((int) (eighths / 8));
    return eighths % 8 == 0 ? whole : whole + EIGHTHS.charAt((int) (eighths % 8));
  }

  /** One JSON object on one line. */
  static String json(RunSummary run) {
    Map<String, Object> sources = new LinkedHashMap<>();
    run.sources()
        .forEach(
            (name, rows) -> {
              Map<String, Object> counts = new LinkedHashMap<>();
              counts.put("read", rows.read());
              counts.put("clean", rows.clean());
              counts.put("quarantined", rows.quarantined());
              counts.put("duplicate", rows.duplicate());
              counts.put("filtered", rows.filtered());
              counts.put("superseded", rows.superseded());
              sources.put(name, counts);
            });
    List<Map<String, Object>> retention = new ArrayList<>();
    for (RunSummary.Retention age : run.retention()) {
      Map<String, Object> point = new LinkedHashMap<>();
      point.put("age", age.age());
      point.put("customers", age.customers());
      point.put("rate", age.rate());
      point.put("low", age.low());
      point.put("high", age.high());
      retention.add(point);
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("run_id", run.runId());
    object.put("study", run.study());
    object.put("warehouse", run.warehouse());
    object.put("published", published(run));
    object.put("as_of", run.asOf().map(LocalDate::toString).orElse(null));
    object.put("jobs", run.jobs());
    object.put("sources", sources);
    object.put("customers", run.customers());
    object.put("months", run.months());
    object.put("retention", retention);
    object.put("verdicts", run.verdicts());
    try {
      return new ObjectMapper().writeValueAsString(object) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
