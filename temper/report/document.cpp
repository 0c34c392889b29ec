#include "temper/report/document.h"

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

}  // namespace

std::string document(std::string_view title, std::initializer_list<std::string_view> styles,
                     const Html& contents, const nlohmann::json& plots,
                     std::initializer_list<std::string_view> scripts) {
  std::string style;
  for (const auto sheet : styles) style += sheet;
  std::string elements;
  for (const auto script : scripts)
    elements.append("<script>\n").append(script).append("\n</script>\n");
  return fill(assets::page_html, {{"title", escape(title)},
                                  {"style", style},
                                  {"contents", contents.markup},
                                  {"plots", script_json(plots)},
                                  {"scripts", elements}});
}

}  // namespace temper::report
