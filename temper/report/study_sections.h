#pragma once
#include "temper/report/html.h"
#include "temper/report/study_grid.h"
#include "temper/study/analysis/table.h"

/// The sections of a study's page, top to bottom. A section with nothing to show is empty markup.
namespace temper::report {

Html study_headline(const study::StudyTable& table);
Html study_notices(const study::StudyTable& table);
Html results_section(const study::StudyTable& table);
Html claims_section(const study::StudyTable& table);
Html forest_section(const study::StudyTable& table);
Html effects_section(const study::StudyTable& table);
Html curves_section(const study::StudyTable& table);
Html cost_section(const study::StudyTable& table);
Html tuning_section(const study::StudyTable& table);
Html method_section(const study::StudyTable& table);

/// A table under its title; empty markup for a grid without rows.
Html grid_figure(const Grid& grid, std::string_view caption = "");

}  // namespace temper::report
