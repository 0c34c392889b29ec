#include "temper/report/study_page.h"

#include <nlohmann/json.hpp>

#include "temper/report/assets.h"
#include "temper/report/document.h"
#include "temper/report/study_figures.h"
#include "temper/report/study_sections.h"

namespace temper::report {

std::string study_page(const study::StudyTable& table, const Live* live) {
  Html contents = study_headline(table);
  contents += study_notices(table);
  for (const auto section : {results_section, claims_section, forest_section, effects_section,
                             curves_section, cost_section, tuning_section, method_section})
    contents += section(table);
  return document(table.name, {assets::page_css, assets::study_css}, contents, study_figures(table),
                  {assets::frame_js, assets::study_js}, live);
}

}  // namespace temper::report
