#include "temper/report/corruption_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "temper/io/disk/atomic_file.h"
#include "temper/io/format/json_keys.h"
#include "temper/io/format/json_text.h"
#include "temper/report/assets.h"
#include "temper/report/corruption_text.h"
#include "temper/report/document.h"
#include "temper/report/elements.h"
#include "temper/report/html.h"
#include "temper/report/number.h"

namespace temper::report {
namespace {

using evaluate::CorruptionRow;
using evaluate::CorruptionTable;

constexpr std::string_view kScript =
    R"("use strict";
addFrame(() => {}, { accuracies: "Accuracies", images: "Images", method: "Method" });
)";

/// "gaussian_noise" -> "gaussian noise"
std::string title_of(corrupt::Kind kind) {
  std::string title(name_of(kind));
  std::replace(title.begin(), title.end(), '_', ' ');
  return title;
}

/// A number of hundredths: errors and CE.
std::string hundredths(const std::optional<double>& number) {
  return number ? fmt::format("{:.2f}", 100 * *number) : "–";
}

Html headline(const CorruptionTable& table, const std::string& name) {
  const auto& means = table.means;
  const Html big =
      means ? html(R"(<p class="big">{}</p><p class="what">mean corruption error</p><p>unnormalized,
        over 15 corruptions at five severities</p>)",
                   percent_text(means->error, table.clean.count))
            : html(R"(<p class="headline none">No mean corruption error: it needs the 15 corruptions
        of the benchmark at all five severities.</p>)");
  Html facts = fact("Accuracy without corruption",
                    percent_text(table.clean.accuracy, table.clean.count), "the same images");
  if (means) {
    facts += fact("mCE", hundredths(means->normalised), "in % of AlexNet's errors on ImageNet-C");
    facts += fact("Relative mCE", hundredths(means->relative),
                  "the same of the increase over the error without corruption");
  }
  return html(
      R"(<header><p class="kicker">Robustness to common corruptions</p><h1 class="name">{}</h1><p
        class="status">{}, {}, {} weights</p></header><div class="hero"><div class="headline">{}</div><dl
        class="facts">{}</dl></div>)",
      name, table.split, counted(table.clean.count, "image"), table.weights, big, facts);
}

/// Shaded by the part of the clean accuracy that is lost.
Html cell(const CorruptionTable& table, const train::Score& score) {
  const double lost = table.clean.accuracy > 0
                          ? std::clamp(1 - score.accuracy / table.clean.accuracy, 0.0, 1.0)
                          : 0;
  return html(R"(<td class="wrong" style="--ink:{}">{}</td>)", fmt::format("{:.2f}", lost),
              percent_text(score.accuracy, score.count));
}

Html row_of(const CorruptionTable& table, const CorruptionRow& row) {
  Html cells;
  for (const auto& one : row.severities) cells += cell(table, one.score);
  return html(R"(<tr><th scope="row">{}</th>{}<td>{}</td><td>{}</td><td>{}</td></tr>)",
              title_of(row.kind), cells, percent_text(row.error, table.clean.count),
              hundredths(row.normalised), hundredths(row.relative));
}

Html accuracies(const CorruptionTable& table) {
  Html head;
  Html rows;
  if (!table.rows.empty())
    for (const auto& one : table.rows.front().severities)
      head += html(R"(<th scope="col">severity {}</th>)", one.severity);
  for (const auto& row : table.rows) rows += row_of(table, row);
  return html(
      R"(<section id="accuracies"><h2>Accuracies</h2><figure><div class="scroll" tabindex="0"><table
        class="matrix"><thead><tr><th scope="col">Corruption</th>{}<th scope="col">error</th><th
        scope="col">CE</th><th scope="col">relative CE</th></tr></thead><tbody>{}</tbody></table></div><figcaption>Accuracy
        by corruption and severity, shaded by the part of the accuracy without corruption that is
        lost. Error: mean over the severities. CE: that error in % of AlexNet's on ImageNet-C;
        relative CE: the same of the increases over the errors without corruption. Both are given for
        the 15 corruptions of the benchmark at all five severities; AlexNet's errors are for
        ImageNet's 1000 classes, so for other data compare errors instead.</figcaption></figure></section>)",
      head, rows);
}

Html card(const io::Image& image, const std::string& title) {
  return html("<li>{}<p>{}</p></li>", picture(image, title), title);
}

Html images(const CorruptionTable& table) {
  if (table.examples.empty()) return {};
  Html cards = card(table.clean_example, "without corruption");
  for (const auto& one : table.examples) cards += card(one.image, title_of(one.kind));
  return html(
      R"(<section id="images"><h2>Images</h2><p class="lead">The first image of the set as the network
        sees it, and at severity {}.</p><ul class="cards">{}</ul></section>)",
      table.examples.front().severity, cards);
}

Html method(const CorruptionTable& table) {
  return html(
      R"(<section id="method"><h2>Method</h2><p class="lead">Corruptions of Hendrycks and Dietterich,
        “Benchmarking Neural Network Robustness to Common Corruptions and Perturbations” (2019), {}.
        The random numbers of an image are the same for every network. {}</p></section>)",
      corruption_method(table),
      table.frost == "computed"
          ? "Frost is computed, not taken from the photographs of ImageNet-C, so the row of frost "
            "and means over it are not comparable with published figures; --frost names a folder "
            "with them."
          : "");
}

}  // namespace

std::string corruption_page(const CorruptionTable& table, const std::string& name) {
  Html contents = headline(table, name);
  contents += accuracies(table);
  contents += images(table);
  contents += method(table);
  return document(name + ", corruptions", {assets::page_css}, contents, nlohmann::json::object(),
                  {assets::frame_js, kScript});
}

std::filesystem::path write_corruptions(const std::filesystem::path& run,
                                        const CorruptionTable& table) {
  auto name = std::filesystem::absolute(run).lexically_normal();
  if (!name.has_filename()) name = name.parent_path();
  io::write_atomically(run / "corruptions.json", io::json_text(io::json_of(table), 2) + "\n");
  auto path = run / "corruptions.html";
  io::write_atomically(path, corruption_page(table, name.filename().string()));
  return path;
}

}  // namespace temper::report
