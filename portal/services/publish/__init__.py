"""Use cases of publishing: releases that reveal nobody, and the scores that leave by the appraisal feed."""
