#include "temper/report/preview_page.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "temper/core/error.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/report/assets.h"
#include "temper/report/document.h"
#include "temper/report/elements.h"
#include "temper/report/html.h"
#include "temper/report/preview_sheet.h"

namespace temper::report {
namespace {

Html card(const run::PreviewPicture& shown) {
  Html lines;
  for (const auto& line : shown.lines) lines += html("<small>{}</small>", line);
  return html(R"(<li>{}<p><strong class="name">{}</strong>{}</p></li>)",
              picture(shown.image, shown.where), shown.title, lines);
}

Html figure(const run::PreviewRow& row) {
  Html cards;
  for (const auto& shown : row.pictures) cards += card(shown);
  const auto title =
      row.title.empty() ? Html{}
                        : html("<h3>{} <small><code>{}</code></small></h3>", row.title, row.option);
  return html(R"(<figure>{}<ul class="cards told">{}</ul></figure>)", title, cards);
}

Html section(const run::PreviewSection& section) {
  Html rows;
  for (const auto& row : section.rows) rows += figure(row);
  return html(R"(<section id="{}"><h2>{}</h2><p class="lead">{}</p>{}</section>)", section.id,
              section.title, section.about, rows);
}

}  // namespace

std::string preview_page(const run::Preview& preview) {
  auto contents = html(
      R"(<header><p class="kicker">What the network will see</p><h1 class="name">{}</h1></header>)",
      preview.name);
  for (const auto& one : preview.sections) contents += section(one);
  return document(preview.name, {assets::page_css}, contents, nlohmann::json::object(),
                  {assets::frame_js, assets::preview_js});
}

void check_preview_name(const std::filesystem::path& path) {
  const auto ending = path.extension();
  if (ending != ".png" && ending != ".html")
    throw Error(Code::usage,
                fmt::format("--out {}: its name ends with neither .png (one sheet) nor .html (a "
                            "page)",
                            path.string()));
}

void write_preview(const run::Preview& preview, const std::filesystem::path& path) {
  check_preview_name(path);
  if (path.extension() == ".png")
    io::write_atomically(path, io::encode_png(preview_sheet(preview)));
  else
    io::write_atomically(path, preview_page(preview));
}

}  // namespace temper::report
