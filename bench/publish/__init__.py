"""From an approver's click to the public page, beside a build of the same change."""
