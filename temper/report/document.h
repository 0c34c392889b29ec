#pragma once
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "temper/report/html.h"
#include "temper/report/live.h"

namespace temper::report {

/// A page as one file that needs no network: markup, style, the numbers that its scripts draw, and
/// the scripts. Both lists are embedded files (assets.h).
/// @param live  of a page that `temper watch` serves; null: a file
std::string document(std::string_view title, std::initializer_list<std::string_view> styles,
                     const Html& contents, const nlohmann::json& plots,
                     std::initializer_list<std::string_view> scripts, const Live* live = nullptr);

}  // namespace temper::report
