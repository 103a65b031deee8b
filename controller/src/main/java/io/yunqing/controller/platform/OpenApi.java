package io.yunqing.controller.platform;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/** Completes the published interface where annotations cannot say it: refusals of every path, and pages. */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class OpenApi implements OASFilter {
    @Override
    public Operation filterOperation(Operation operation) {
        operation.getResponses().removeAPIResponse("400");
        pageIfList(operation.getResponses().getAPIResponse("200"));
        operation
                .getResponses()
                .addAPIResponse(
                        "default",
                        OASFactory.createAPIResponse().ref("#/components/responses/problem"));
        return operation;
    }

    /** A list is annotated as an array of its items; it is answered in pages. */
    private static void pageIfList(APIResponse response) {
        Content content = response == null ? null : response.getContent();
        MediaType json = content == null ? null : content.getMediaType("application/json");
        if (json == null || json.getSchema() == null || json.getSchema().getItems() == null) {
            return;
        }
        Schema items = json.getSchema();
        json.setSchema(
                OASFactory.createSchema()
                        .addType(Schema.SchemaType.OBJECT)
                        .addProperty("items", items)
                        .addProperty(
                                "next",
                                OASFactory.createSchema().addType(Schema.SchemaType.STRING)));
    }
}
