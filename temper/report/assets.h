#pragma once
#include <string_view>

/// Files that the build embeds into the program; embed.cmake generates the definitions.
namespace temper::report::assets {

extern const std::string_view page_html;
extern const std::string_view page_css;
extern const std::string_view frame_js;  ///< what all pages have: navigation, themes
extern const std::string_view page_js;
extern const std::string_view compare_js;  ///< of several runs
extern const std::string_view preview_js;
extern const std::string_view letters_png;  ///< see letters.h
extern const std::string_view study_css;    ///< in addition to page_css
extern const std::string_view study_js;
extern const std::string_view live_css;  ///< see live.h
extern const std::string_view live_js;
extern const std::string_view chart_js;  ///< Chart.js, one self-contained script

}  // namespace temper::report::assets
