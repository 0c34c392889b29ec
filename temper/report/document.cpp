#include "temper/report/document.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "temper/io/format/json_text.h"
#include "temper/report/assets.h"

namespace temper::report {
namespace {

/// JSON that is safe inside a <script> element: nothing in it can close the element.
std::string script_json(const nlohmann::json& json) {
  std::string result;
  for (const char c : io::json_text(json))
    if (c == '<')
      result += "\\u003c";
    else
      result += c;
  return result;
}

/// The template with each {{name}} replaced once; inserted text is not searched again.
std::string fill(std::string_view page, const std::map<std::string_view, std::string>& parts) {
  std::string result;
  while (true) {
    const auto open = page.find("{{");
    const auto close = page.find("}}", open);
    if (close == std::string_view::npos) break;
    result += page.substr(0, open);
    result += parts.at(page.substr(open + 2, close - open - 2));
    page.remove_prefix(close + 2);
  }
  return result.append(page);
}

Html line_of(const Live& live) {
  return html(
      R"(<p class="live {}" data-version="{}" data-written="{}"><strong>{}</strong> {} <span class="live-note"></span></p>)",
      live.ended ? "ended" : "running", live.version, live.written, live.ended ? "Ended" : "Live",
      live.text);
}

std::string script_element(std::string_view script) {
  return fmt::format("<script>\n{}\n</script>\n", script);
}

}  // namespace

std::string document(std::string_view title, std::initializer_list<std::string_view> styles,
                     const Html& contents, const nlohmann::json& plots,
                     std::initializer_list<std::string_view> scripts, const Live* live) {
  std::string style;
  for (const auto sheet : styles) style += sheet;
  std::string elements;
  if (live != nullptr) {
    style += assets::live_css;
    elements += script_element(assets::live_js);  // first: it sets the theme
  }
  for (const auto script : scripts) elements += script_element(script);
  return fill(
      assets::page_html,
      {{"title", escape(title)},
       {"style", style},
       {"connect", live != nullptr ? "; connect-src 'self'" : ""},
       {"live", live != nullptr ? line_of(*live).markup + "\n" : ""},
       {"contents", contents.markup},
       {"footer", live != nullptr
                      ? "Served by temper watch. The page loads itself again when there is more."
                      : "Written by temper. This file is self-contained and needs no network "
                        "access."},
       {"plots", script_json(plots)},
       {"scripts", elements}});
}

}  // namespace temper::report
