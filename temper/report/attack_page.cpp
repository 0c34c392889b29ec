#include "temper/report/attack_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "temper/io/disk/atomic_file.h"
#include "temper/io/format/json_keys.h"
#include "temper/io/format/json_text.h"
#include "temper/report/assets.h"
#include "temper/report/attack_text.h"
#include "temper/report/document.h"
#include "temper/report/elements.h"
#include "temper/report/html.h"
#include "temper/report/number.h"

namespace temper::report {
namespace {

using evaluate::AttackExample;
using evaluate::AttackTable;
using evaluate::RobustScore;

constexpr std::string_view kScript =
    R"("use strict";
addFrame(() => {}, { accuracies: "Accuracies", images: "Images", method: "Method" });
)";

Html headline(const AttackTable& table, const std::string& name) {
  Html big;
  if (!table.rows.empty()) {
    const auto& row = table.rows.back();
    big = html(
        R"(<p class="big">{}</p><p class="what">robust accuracy</p><p>95% confidence interval {}; attack
        within {} of the image, the largest of the radii</p>)",
        percent_text(row.accuracy, table.count), interval_text(row.interval, table.count),
        radius_text(row.radius));
  }
  const Html facts =
      fact("Accuracy without attack", percent_text(table.clean_accuracy, table.count),
           interval_text(table.clean_interval, table.count));
  return html(
      R"(<header><p class="kicker">Robustness to adversarial attacks</p><h1 class="name">{}</h1><p
        class="status">{}, {}, {} weights</p></header><div class="hero"><div class="headline">{}</div><dl
        class="facts">{}</dl></div>)",
      name, table.split, counted(table.count, "image"), table.weights, big, facts);
}

/// Shaded by the part of the clean accuracy that is lost.
Html row_of(const AttackTable& table, const RobustScore& row) {
  const double lost =
      table.clean_accuracy > 0 ? std::clamp(1 - row.accuracy / table.clean_accuracy, 0.0, 1.0) : 0;
  return html(
      R"(<tr><th scope="row">{}</th><td class="wrong" style="--ink:{}">{}</td><td>{}</td><td>{}</td></tr>)",
      radius_text(row.radius), fmt::format("{:.2f}", lost), percent_text(row.accuracy, table.count),
      interval_text(row.interval, table.count), count_text(row.fooled));
}

Html accuracies(const AttackTable& table) {
  Html rows;
  for (const auto& row : table.rows) rows += row_of(table, row);
  return html(
      R"(<section id="accuracies"><h2>Accuracies</h2><figure><div class="scroll" tabindex="0"><table
        class="matrix"><thead><tr><th scope="col">Radius</th><th scope="col">robust accuracy</th><th
        scope="col">95% interval</th><th
        scope="col">fooled</th></tr></thead><tbody>{}</tbody></table></div><figcaption>Accuracy by
        radius of the attack, shaded by the part of the accuracy without attack that is lost. An image
        counts as correct where it is classified correctly without the attack and with it; fooled are
        those that are classified correctly only without it. The true robust accuracy is at most this
        one: a stronger attack may find more.</figcaption></figure></section>)",
      rows);
}

Html card(const AttackExample& one) {
  return html(
      R"(<li>{}{}{}<p><strong>{}</strong>after the attack: <b>{}</b><br>enlarged {} times</p></li>)",
      picture(one.image, "image of " + one.label),
      picture(one.attacked, "the same image after the attack"),
      picture(one.perturbation, "their difference, enlarged"), one.label, one.predicted,
      significant_text(one.enlarged, 3));
}

Html images(const AttackTable& table) {
  if (table.examples.empty())
    return html(
        R"(<section id="images"><h2>Images</h2><p class="lead">The attack within {} fooled no
        image.</p></section>)",
        radius_text(table.shown_radius));
  Html cards;
  for (const auto& one : table.examples) cards += card(one);
  return html(
      R"(<section id="images"><h2>Images</h2><p class="lead">The first images of the set that an attack
        within {} fools: as the network sees them, after the attack, and the difference of both around
        gray, enlarged.</p><ul class="cards">{}</ul></section>)",
      radius_text(table.shown_radius), cards);
}

Html method(const AttackTable& table) {
  return html(
      R"(<section id="method"><h2>Method</h2><p class="lead">{}. The random starts of an image are the
        same for every network.</p></section>)",
      attack_method(table));
}

}  // namespace

std::string attack_page(const AttackTable& table, const std::string& name) {
  Html contents = headline(table, name);
  contents += accuracies(table);
  contents += images(table);
  contents += method(table);
  return document(name + ", attack", {assets::page_css}, contents, nlohmann::json::object(),
                  {assets::frame_js, kScript});
}

std::filesystem::path write_attack(const std::filesystem::path& run, const AttackTable& table) {
  auto name = std::filesystem::absolute(run).lexically_normal();
  if (!name.has_filename()) name = name.parent_path();
  io::write_atomically(run / "attack.json", io::json_text(io::json_of(table), 2) + "\n");
  auto path = run / "attack.html";
  io::write_atomically(path, attack_page(table, name.filename().string()));
  return path;
}

}  // namespace temper::report
